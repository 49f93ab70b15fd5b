//! Files: what has been handed in, with its state, and the place to add more.
use maud::{Markup, Render, html};

use super::Messages;
use super::button::button;
use super::field::{Mark, mark, notes};
use super::message::Tone;
use super::status::{Chip, chip, plain_chip};
use super::{amounts, dom_id};

/// How far a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Stored, being looked at.
    Inspecting,
    /// Stored and readable.
    Accepted,
    /// Not accepted, with a sentence that says why and what to do.
    Refused(String),
}

/// A file already handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its id, as posted to remove it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its state.
    pub state: FileState,
    /// Where it can be looked at.
    pub href: Option<String>,
}

/// A field for files; made by [`upload`].
#[derive(Clone, Debug)]
pub struct Upload {
    name: String,
    label: String,
    action: String,
    accept: String,
    limits: String,
    most: u32,
    files: Vec<FileRow>,
    mark: Mark,
    hint: Option<Markup>,
    messages: Messages,
    remark: Option<String>,
    locked: bool,
}

/// Begins a field for files. `action` takes a multipart post with the files under `name`; `accept` is the browser's list;
/// `limits` says in words what may be sent; `most` is the number of files.
#[must_use]
pub fn upload(
    name: impl Into<String>,
    label: impl Into<String>,
    action: impl Into<String>,
    accept: &str,
    limits: &str,
    most: u32,
) -> Upload {
    Upload {
        name: name.into(),
        label: label.into(),
        action: action.into(),
        accept: accept.to_owned(),
        limits: limits.to_owned(),
        most,
        files: Vec::new(),
        mark: Mark::None,
        hint: None,
        messages: Messages::default(),
        remark: None,
        locked: false,
    }
}

impl Upload {
    /// The files there are.
    #[must_use]
    pub fn files(mut self, files: Vec<FileRow>) -> Self {
        self.files = files;
        self
    }

    /// ※必須 or ※任意.
    #[must_use]
    pub fn mark(mut self, which: Mark) -> Self {
        self.mark = which;
        self
    }

    /// Help below the label.
    #[must_use]
    pub fn hint(mut self, hint: Markup) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What is said about it as a whole.
    #[must_use]
    pub fn messages(mut self, messages: Messages) -> Self {
        self.messages = messages;
        self
    }

    /// The office's remark.
    #[must_use]
    pub fn remark(mut self, words: Option<String>) -> Self {
        self.remark = words;
        self
    }

    /// Shows the files without offering to change them.
    #[must_use]
    pub fn locked(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }
}

/// The files as a list, with state; `remove` offers a button named `_action` = `remove-file:<field>:<id>`.
#[must_use]
pub fn file_list(field: &str, files: &[FileRow], remove: bool) -> Markup {
    html! {
        ul class="files" {
            @for file in files {
                li class="files__row" data-file=(file.id) {
                    span class="files__name" {
                        @if let Some(href) = &file.href { a href=(href) target="_blank" rel="noopener" { (file.name) span class="visually-hidden" { "（新しいタブで開きます）" } } }
                        @else { (file.name) }
                    }
                    span class="files__size" { (amounts::file_size(file.bytes)) }
                    span class="files__state" { (state_chip(&file.state)) }
                    @if remove {
                        span class="files__remove" {
                            (button("削除").text().small().sends("_action", format!("remove-file:{field}:{}", file.id)).about(format!("（{}）", file.name)))
                        }
                    }
                    @if let FileState::Refused(reason) = &file.state { p class="field__error files__reason" { "＊" (reason) } }
                }
            }
        }
    }
}

fn state_chip(state: &FileState) -> Chip {
    match state {
        FileState::Inspecting => plain_chip("確認中"),
        FileState::Accepted => chip(Tone::Success, "受け取りました"),
        FileState::Refused(_) => chip(Tone::Error, "受け取れません"),
    }
}

impl Render for Upload {
    fn render(&self) -> Markup {
        let id = dom_id(&self.name);
        let limits = html! { @if let Some(hint) = &self.hint { (hint) " " } (self.limits) };
        // What was refused is not kept: it takes no place.
        let kept = self.files.iter().filter(|f| !matches!(f.state, FileState::Refused(_))).count();
        let room = u32::try_from(kept).unwrap_or(u32::MAX) < self.most;
        html! {
            div class="field upload" data-field=(self.name) data-state=[(!self.messages.errors.is_empty()).then_some("error")]
                data-upload=[(!self.locked).then_some(&self.action)] data-most=(self.most) role="group" aria-labelledby={ (id) "-label" } {
                p class="field__label" id={ (id) "-label" } { (self.label) (mark(self.mark)) }
                (notes(&id, Some(&limits), None, self.remark.as_deref(), &self.messages))
                div class="upload__files" id={ (id) "-files" } data-live {
                    @if self.files.is_empty() { p class="quiet" { "ファイルはまだありません。" } }
                    @else { (file_list(&self.name, &self.files, !self.locked)) }
                }
                @if !self.locked {
                    div class="upload__add" data-full[!room] {
                        input class="upload__input" type="file" id=(id) name=(self.name) accept=(self.accept) multiple[self.most > 1]
                            aria-labelledby={ (id) "-label" } aria-describedby={ (id) "-error " (id) "-hint" };
                        // The button sends the whole form, so that nothing typed on the page is lost without scripts.
                        button class="button" data-weight="outline" data-size="sm" type="submit" data-upload-send
                            formaction=(self.action) formenctype="multipart/form-data" formmethod="post" formnovalidate {
                            "アップロード" span class="visually-hidden" { "（" (self.label) "）" }
                        }
                    }
                    p class="upload__full" { "ファイルの数が上限（" (self.most) "）に達しています。追加する場合は、先に不要なファイルを削除してください。" }
                    div class="upload__progress" data-upload-progress role="status" {}
                }
            }
        }
    }
}
