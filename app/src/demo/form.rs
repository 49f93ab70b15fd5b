//! A form as it stands on a page: what it would send, and what may be chosen in it.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};

use super::html::Token;

const MULTIPART: &str = "multipart/form-data";

/// One control with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Control {
    /// Anything typed or hidden.
    Text {
        name: String,
        value: String,
    },
    /// A checkbox or one of several radio buttons.
    Tick {
        name: String,
        value: String,
        ticked: bool,
        radio: bool,
    },
    Select {
        name: String,
        options: Vec<String>,
        chosen: Option<String>,
    },
    File {
        name: String,
        files: Vec<FileToSend>,
    },
}

/// A file put into a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileToSend {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Something that sends the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    pub name: String,
    pub value: String,
    /// Sends elsewhere than the form.
    pub action: Option<String>,
    /// Sends as multipart whatever the form says.
    pub is_multipart: bool,
}

/// A form of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub is_post: bool,
    pub is_multipart: bool,
    controls: Vec<Control>,
    pub buttons: Vec<Button>,
}

/// What goes over the wire: fields in order, then files.
pub struct Sent {
    pub action: String,
    pub is_post: bool,
    pub is_multipart: bool,
    pub fields: Vec<(String, String)>,
    pub files: Vec<(String, FileToSend)>,
}

impl Form {
    /// Does it have a control of this name?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.controls.iter().any(|c| c.name() == name)
    }

    /// What a control holds now; of ticked ones the first.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.sent_pairs().into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// Names of all controls, in order, each once.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for c in &self.controls {
            if !names.iter().any(|n| n == c.name()) {
                names.push(c.name().to_owned());
            }
        }
        names
    }

    /// Types a text, chooses an option or a radio button, or ticks a box.
    ///
    /// # Errors
    /// When there is no such control or it does not offer the value: a person could not do it either.
    pub fn set(&mut self, name: &str, value: &str) -> anyhow::Result<()> {
        let mut found = false;
        let mut fits = false;
        let radio = self.controls.iter().any(|c| matches!(c, Control::Tick { name: n, radio: true, .. } if n == name));
        for control in self.controls.iter_mut().filter(|c| c.name() == name) {
            found = true;
            match control {
                Control::Text { value: held, .. } => {
                    value.clone_into(held);
                    fits = true;
                }
                Control::Tick { value: own, ticked, .. } => {
                    let mine = own == value;
                    fits |= mine;
                    if radio {
                        *ticked = mine;
                    } else if mine {
                        *ticked = true;
                    }
                }
                Control::Select { options, chosen, .. } => {
                    if options.iter().any(|o| o == value) {
                        *chosen = Some(value.to_owned());
                        fits = true;
                    }
                }
                Control::File { .. } => bail!("{name} takes a file"),
            }
        }
        ensure!(found, "the form {} has no field {name}; it has {}", self.action, self.names().join(", "));
        ensure!(fits, "the field {name} of {} does not offer {value}", self.action);
        Ok(())
    }

    /// Takes the tick off a box.
    pub fn untick(&mut self, name: &str, wanted: &str) {
        for control in &mut self.controls {
            if let Control::Tick { name: n, value, ticked, .. } = control
                && n == name
                && value == wanted
            {
                *ticked = false;
            }
        }
    }

    /// Ticks every box of a name.
    pub fn tick_all(&mut self, name: &str) {
        for control in &mut self.controls {
            if let Control::Tick { name: n, ticked, radio: false, .. } = control
                && n == name
            {
                *ticked = true;
            }
        }
    }

    /// Puts a file in.
    ///
    /// # Errors
    /// When there is no file control of this name.
    pub fn attach(&mut self, name: &str, file: FileToSend) -> anyhow::Result<()> {
        for control in &mut self.controls {
            if let Control::File { name: n, files } = control
                && n == name
            {
                files.push(file);
                return Ok(());
            }
        }
        bail!("the form {} takes no file as {name}", self.action)
    }

    /// The values a choice offers.
    #[must_use]
    pub fn options(&self, name: &str) -> Vec<String> {
        let of = |c: &Control| match c {
            Control::Select { options, .. } => options.clone(),
            Control::Tick { value, .. } => vec![value.clone()],
            Control::Text { .. } | Control::File { .. } => vec![],
        };
        self.controls.iter().filter(|c| c.name() == name).flat_map(of).collect()
    }

    fn sent_pairs(&self) -> Vec<(String, String)> {
        self.controls
            .iter()
            .filter_map(|c| match c {
                Control::Text { name, value } => Some((name.clone(), value.clone())),
                Control::Tick { name, value, ticked: true, .. } => Some((name.clone(), value.clone())),
                Control::Select { name, options, chosen } => {
                    Some((name.clone(), chosen.clone().or_else(|| options.first().cloned())?))
                }
                Control::Tick { .. } | Control::File { .. } => None,
            })
            .collect()
    }

    /// What this button sends; without one, what Enter sends.
    #[must_use]
    pub fn sent(&self, button: Option<&Button>) -> Sent {
        let mut fields = self.sent_pairs();
        if let Some(b) = button.filter(|b| !b.name.is_empty()) {
            fields.push((b.name.clone(), b.value.clone()));
        }
        let files = self
            .controls
            .iter()
            .filter_map(|c| match c {
                Control::File { name, files } => Some((name, files)),
                _ => None,
            })
            .flat_map(|(name, files)| files.iter().map(move |f| (name.clone(), f.clone())))
            .collect();
        let action = button.and_then(|b| b.action.clone()).unwrap_or_else(|| self.action.clone());
        let is_multipart = self.is_multipart || button.is_some_and(|b| b.is_multipart);
        Sent { action, is_post: self.is_post, is_multipart, fields, files }
    }

    /// The button with these words.
    ///
    /// # Errors
    /// When there is none.
    pub fn button(&self, label: &str) -> anyhow::Result<&Button> {
        let found = self
            .buttons
            .iter()
            .find(|b| b.label == label)
            .or_else(|| self.buttons.iter().find(|b| b.label.contains(label)));
        found.ok_or_else(|| {
            let there: Vec<&str> = self.buttons.iter().map(|b| b.label.as_str()).collect();
            anyhow::anyhow!("the form {} has no button「{label}」; it has {}", self.action, there.join(", "))
        })
    }
}

impl Control {
    fn name(&self) -> &str {
        match self {
            Self::Text { name, .. } | Self::Tick { name, .. } | Self::Select { name, .. } | Self::File { name, .. } => {
                name
            }
        }
    }
}

/// Collects the forms of a page while its tags go by.
struct Collector {
    forms: Vec<Form>,
    /// `form` ids, for controls that stand elsewhere.
    ids: BTreeMap<String, usize>,
    current: Option<usize>,
    template: u32,
    select: Option<(usize, Control)>,
    option: Option<(Option<String>, bool, String)>,
    text_of: Option<(usize, usize)>,
    button: Option<(usize, usize)>,
}

/// All forms of a page. What stands in a `template` is not on the page.
pub(crate) fn forms(tokens: &[Token]) -> Vec<Form> {
    let mut c = Collector {
        forms: Vec::new(),
        ids: BTreeMap::new(),
        current: None,
        template: 0,
        select: None,
        option: None,
        text_of: None,
        button: None,
    };
    // Forms first, so that a control before its form finds it.
    for token in tokens {
        if let Token::Open { name, attributes } = token
            && name == "form"
        {
            c.declare(attributes);
        }
    }
    let mut next = 0;
    for token in tokens {
        match token {
            Token::Open { name, attributes } => c.open(name, attributes, &mut next),
            Token::Close(name) => c.close(name),
            Token::Text(text) => c.text(text),
        }
    }
    c.forms
}

impl Collector {
    fn declare(&mut self, a: &BTreeMap<String, String>) {
        if let Some(id) = a.get("id") {
            self.ids.insert(id.clone(), self.forms.len());
        }
        let get = |k: &str| a.get(k).cloned().unwrap_or_default();
        self.forms.push(Form {
            action: get("action"),
            is_post: get("method").eq_ignore_ascii_case("post"),
            is_multipart: get("enctype") == MULTIPART,
            controls: vec![],
            buttons: vec![],
        });
    }

    fn open(&mut self, tag: &str, a: &BTreeMap<String, String>, next: &mut usize) {
        if tag == "template" {
            self.template += 1;
        }
        if tag == "form" {
            self.current = Some(*next);
            *next += 1;
        }
        if self.template > 0 || a.contains_key("disabled") {
            return;
        }
        let get = |k: &str| a.get(k).cloned().unwrap_or_default();
        let home = a.get("form").map_or(self.current, |id| self.ids.get(id).copied());
        let Some(home) = home else { return };
        let Some(form) = self.forms.get_mut(home) else { return };
        match tag {
            "input" => input(form, a),
            "textarea" if a.contains_key("name") => {
                form.controls.push(Control::Text { name: get("name"), value: String::new() });
                self.text_of = Some((home, form.controls.len() - 1));
            }
            "select" if a.contains_key("name") => {
                self.select = Some((home, Control::Select { name: get("name"), options: vec![], chosen: None }));
            }
            "option" => self.option = Some((a.get("value").cloned(), a.contains_key("selected"), String::new())),
            "button" if get("type") != "button" => {
                form.buttons.push(Button {
                    label: String::new(),
                    name: get("name"),
                    value: get("value"),
                    action: a.get("formaction").cloned(),
                    is_multipart: a.get("formenctype").is_some_and(|t| t == MULTIPART),
                });
                self.button = Some((home, form.buttons.len() - 1));
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: &str) {
        match tag {
            "template" => self.template = self.template.saturating_sub(1),
            "form" => self.current = None,
            "textarea" => self.text_of = None,
            "button" => self.button = None,
            "option" => {
                if let (Some((value, selected, text)), Some((_, Control::Select { options, chosen, .. }))) =
                    (self.option.take(), &mut self.select)
                {
                    let value = value.unwrap_or_else(|| text.trim().to_owned());
                    if selected {
                        *chosen = Some(value.clone());
                    }
                    options.push(value);
                }
            }
            "select" => {
                if let Some((home, control)) = self.select.take()
                    && let Some(form) = self.forms.get_mut(home)
                {
                    form.controls.push(control);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, _, held)) = &mut self.option {
            held.push_str(text);
        }
        if let Some((home, at)) = self.text_of
            && let Some(Control::Text { value, .. }) = self.forms.get_mut(home).and_then(|f| f.controls.get_mut(at))
        {
            value.push_str(text);
        }
        if let Some((home, at)) = self.button
            && let Some(button) = self.forms.get_mut(home).and_then(|f| f.buttons.get_mut(at))
        {
            button.label.push_str(text.trim());
        }
    }
}

fn input(form: &mut Form, a: &BTreeMap<String, String>) {
    let get = |k: &str| a.get(k).cloned().unwrap_or_default();
    let name = get("name");
    match get("type").as_str() {
        "submit" => form.buttons.push(Button {
            label: get("value"),
            name,
            value: get("value"),
            action: a.get("formaction").cloned(),
            is_multipart: false,
        }),
        "button" | "reset" | "image" => {}
        _ if name.is_empty() => {}
        "file" => form.controls.push(Control::File { name, files: vec![] }),
        kind @ ("checkbox" | "radio") => form.controls.push(Control::Tick {
            name,
            value: a.get("value").cloned().unwrap_or_else(|| "on".into()),
            ticked: a.contains_key("checked"),
            radio: kind == "radio",
        }),
        _ => form.controls.push(Control::Text { name, value: get("value") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::html::tokens;

    const PAGE: &str = r#"
        <form method="post" action="/a" enctype="multipart/form-data" id="f">
          <input type="hidden" name="_csrf" value="t"><input name="text" value="old">
          <input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">
          <input type="checkbox" name="c" value="x"><input type="checkbox" name="c" value="y">
          <textarea name="area">多行
の文</textarea>
          <select name="s"><option value="">選択</option><option value="p" selected>P</option><option>Q</option></select>
          <template><input name="never" value="1"></template>
          <input name="off" value="1" disabled><input type="file" name="up">
          <button type="submit" name="_action" value="go"><span>進む</span></button>
          <button type="button">何もしない</button>
          <button formaction="/b">別へ</button>
        </form>
        <input form="f" name="outside" value="o">
        <form action="/search"><input type="search" name="q" value=""></form>"#;

    fn read() -> Vec<Form> {
        forms(&tokens(PAGE))
    }

    #[test]
    fn a_form_sends_what_a_browser_would_send() {
        let mut forms = read();
        assert_eq!(forms.len(), 2);
        assert!(!forms[1].is_post);
        let form = &mut forms[0];
        assert!(form.is_post && form.is_multipart);
        form.set("text", "new").unwrap();
        form.set("r", "2").unwrap();
        form.set("c", "y").unwrap();
        form.set("s", "Q").unwrap();
        let sent = form.sent(Some(&form.button("進む").unwrap().clone()));
        let pairs: Vec<(&str, &str)> = sent.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("_csrf", "t"),
                ("text", "new"),
                ("r", "2"),
                ("c", "y"),
                ("area", "多行\nの文"),
                ("s", "Q"),
                ("outside", "o"),
                ("_action", "go"),
            ]
        );
        assert_eq!(form.sent(Some(&form.button("別へ").unwrap().clone())).action, "/b");
        assert_eq!(form.buttons.len(), 2);
    }

    #[test]
    fn what_a_page_does_not_offer_cannot_be_chosen() {
        let mut forms = read();
        assert!(forms[0].set("never", "1").is_err());
        assert!(forms[0].set("off", "1").is_err());
        assert!(forms[0].set("r", "3").is_err());
        assert!(forms[0].set("s", "Z").is_err());
        assert!(forms[0].button("消す").is_err());
        assert!(
            forms[0]
                .attach("text", FileToSend { name: String::new(), media_type: String::new(), bytes: vec![] })
                .is_err()
        );
    }
}
