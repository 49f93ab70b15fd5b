//! Tables one fills in: repeating rows (expenses, shareholders), and fixed rows shown as columns (five-year plan).
use maud::{Markup, Render, html};

use super::Messages;
use super::button::button;
use super::control::{Around, Control, control};
use super::dom_id;
use super::field::{Mark, mark, messages_block, notes};
use super::icon::Icon;
use super::table::scroll_region;

/// With more columns than this a row is a card: sideways scrolling while typing loses people.
const CARDS_FROM: usize = 7;

/// A column of a fill-in table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditColumn {
    /// The last part of the posted name: `lines[0].<id>`.
    pub id: String,
    /// The head.
    pub label: String,
    /// What is typed there.
    pub kind: Control,
    /// ※必須 or ※任意.
    pub mark: Mark,
    /// One line of help under the head.
    pub hint: Option<String>,
}

/// What stands in one place of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditCell {
    /// The values as typed.
    pub values: Vec<String>,
    /// What is said about it.
    pub messages: Messages,
    /// Shown but not typed, although the column usually is.
    pub locked: bool,
}

/// A spreadsheet way in: a template to download and a place to hand it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Where the empty spreadsheet comes from.
    pub template: String,
    /// Takes a multipart post with the spreadsheet under `import`.
    pub action: String,
}

/// A table whose rows are added and removed; made by [`edit_rows`]. Fixed rows shown as columns: [`edit_years`].
#[derive(Clone, Debug)]
pub struct EditTable {
    name: String,
    label: String,
    columns: Vec<EditColumn>,
    rows: Vec<Vec<EditCell>>,
    heads: Option<Vec<(usize, String)>>,
    most: u32,
    mark: Mark,
    hint: Option<Markup>,
    messages: Messages,
    remark: Option<String>,
    import: Option<Import>,
    locked: bool,
    frozen: bool,
}

/// Rows that can be added (up to `most`) and removed, with buttons posting `_action` = `add:<name>` or `remove:<name>:<row>`.
/// Scripts do the same in place and take a paste from a spreadsheet.
#[must_use]
pub fn edit_rows(name: impl Into<String>, label: impl Into<String>, columns: Vec<EditColumn>, most: u32) -> EditTable {
    EditTable {
        name: name.into(),
        label: label.into(),
        columns,
        rows: Vec::new(),
        heads: None,
        most,
        mark: Mark::None,
        hint: None,
        messages: Messages::default(),
        remark: None,
        import: None,
        locked: false,
        frozen: false,
    }
}

/// A fixed set of rows, one for each of `heads`, shown across; the columns of the data run down the page as items.
#[must_use]
pub fn edit_years(
    name: impl Into<String>,
    label: impl Into<String>,
    columns: Vec<EditColumn>,
    heads: Vec<String>,
) -> EditTable {
    let most = u32::try_from(heads.len()).unwrap_or(u32::MAX);
    EditTable { heads: Some(heads.into_iter().enumerate().collect()), ..edit_rows(name, label, columns, most) }
}

impl EditTable {
    /// The rows as typed; each has a cell for every column.
    #[must_use]
    pub fn rows(mut self, rows: Vec<Vec<EditCell>>) -> Self {
        self.rows = rows;
        self
    }

    /// Of fixed rows, shows only these (by index); the others are not asked now.
    #[must_use]
    pub fn only(mut self, rows: &[usize]) -> Self {
        if let Some(heads) = &mut self.heads {
            heads.retain(|(at, _)| rows.contains(at));
        }
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

    /// Offers the spreadsheet way in.
    #[must_use]
    pub fn import(mut self, import: Import) -> Self {
        self.import = Some(import);
        self
    }

    /// Shows the rows without offering to change them.
    #[must_use]
    pub fn locked(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }

    /// Rows can be changed where their cells are open, but none added or removed.
    #[must_use]
    pub fn frozen(mut self, frozen: bool) -> Self {
        self.frozen = frozen;
        self
    }

    const fn rows_stay(&self) -> bool {
        self.locked || self.frozen
    }

    fn cell(&self, at: &str, row_words: &str, column: &EditColumn, cell: &EditCell) -> Markup {
        let name = format!("{}[{at}].{}", self.name, column.id);
        let id = dom_id(&name);
        let fixed = Control::Fixed { note: None };
        let kind = if (cell.locked || self.locked) && !matches!(column.kind, Control::Computed { .. }) {
            &fixed
        } else {
            &column.kind
        };
        let around = Around {
            name,
            id: id.clone(),
            described_by: Some(format!("{id}-error")),
            invalid: !cell.messages.errors.is_empty(),
            aria_label: Some(format!("{row_words} {}", column.label)),
            autocomplete: None,
        };
        html! { (control(kind, &cell.values, &around)) (messages_block(&id, &cell.messages)) }
    }

    fn row(&self, at: &str, shown: &str, cells: &[EditCell]) -> Markup {
        let nothing = EditCell::default();
        let words = format!("{shown}行目");
        html! {
            tr role="row" data-row {
                th role="rowheader" scope="row" class="edit__number" { span data-number { (shown) } }
                @for (column_at, column) in self.columns.iter().enumerate() {
                    td role="cell" data-column=(column.id) data-holds=(holds(&column.kind)) {
                        span class="edit__label" aria-hidden="true" { (column.label) (mark(column.mark)) @if let Some(hint) = &column.hint { span class="edit__hint" { (hint) } } }
                        (self.cell(at, &words, column, cells.get(column_at).unwrap_or(&nothing)))
                    }
                }
                @if !self.rows_stay() {
                    td role="cell" class="edit__remove" {
                        (button("削除").text().small().with(Icon::Remove).hook("remove-row").sends("_action", format!("remove:{}:{at}", self.name)).about(format!("（{words}）")))
                    }
                }
            }
        }
    }

    fn repeating(&self) -> Markup {
        let rows: &[Vec<EditCell>] = &self.rows;
        html! {
            div class="edit" data-rows=(self.name) data-most=(self.most) data-cards[self.columns.len() > CARDS_FROM] {
                div class="scroll edit__scroll" role="region" aria-label=(self.label) tabindex="0" {
                    table class="edit__table" role="table" aria-label=(self.label) {
                        thead role="rowgroup" {
                            tr role="row" {
                                th role="columnheader" scope="col" class="edit__number" { span class="visually-hidden" { "行" } "No." }
                                @for column in &self.columns {
                                    th role="columnheader" scope="col" data-holds=(holds(&column.kind)) {
                                        (column.label) (mark(column.mark))
                                        @if let Some(hint) = &column.hint { span class="edit__hint" { (hint) } }
                                    }
                                }
                                @if !self.rows_stay() { td role="columnheader" { span class="visually-hidden" { "操作" } } }
                            }
                        }
                        tbody role="rowgroup" {
                            @for (at, cells) in rows.iter().enumerate() { (self.row(&at.to_string(), &(at + 1).to_string(), cells)) }
                            @if rows.is_empty() && !self.rows_stay() { (self.row("0", "1", &[])) }
                        }
                    }
                }
                @if !self.rows_stay() {
                    template data-row-template { (self.row("__", "__", &[])) }
                    div class="buttons" {
                        (button("行を追加").outline().small().with(Icon::Add).hook("add-row").sends("_action", format!("add:{}", self.name)).about(format!("（{}）", self.label)))
                        span class="edit__most" { "最大" (self.most) "行" }
                    }
                    p class="edit__paste" data-needs-script hidden { "表計算ソフトの範囲をコピーして、左上のますに貼り付けられます。足りない行は自動で増えます。" }
                }
            }
        }
    }

    fn transposed(&self, heads: &[(usize, String)]) -> Markup {
        let nothing = EditCell::default();
        html! {
            div class="edit" data-years=(self.name) {
                (scroll_region(&self.label, &html! {
                    table class="edit__table edit__years" {
                        caption class="visually-hidden" { (self.label) }
                        thead { tr {
                            th scope="col" class="edit__item" { "項目" }
                            @for (_, head) in heads { th scope="col" { (head) } }
                        } }
                        tbody {
                            @for (column_at, column) in self.columns.iter().enumerate() {
                                tr data-computed[matches!(column.kind, Control::Computed { .. })] {
                                    th scope="row" class="edit__item" {
                                        (column.label) (mark(column.mark))
                                        @if let Some(hint) = &column.hint { span class="edit__hint" { (hint) } }
                                    }
                                    @for (row_at, head) in heads {
                                        td data-holds=(holds(&column.kind)) {
                                            (self.cell(&row_at.to_string(), head, column, self.rows.get(*row_at).and_then(|row| row.get(column_at)).unwrap_or(&nothing)))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }))
                @if !self.rows_stay() { p class="edit__paste" data-needs-script hidden { "表計算ソフトの範囲をコピーして、左上のますに貼り付けられます。" } }
            }
        }
    }
}

fn holds(kind: &Control) -> &'static str {
    match kind {
        Control::Yen { .. } | Control::Number { .. } | Control::Computed { .. } => "number",
        Control::Select { .. } => "choice",
        Control::Date | Control::Line { max: Some(..=12), .. } => "short",
        _ => "text",
    }
}

fn import_part(name: &str, label: &str, import: &Import) -> Markup {
    let id = format!("{}-import", dom_id(name));
    html! {
        details class="disclosure import" {
            summary { "Excelファイルから取り込む" }
            div class="disclosure__body" {
                p { a href=(import.template) download { "入力用ファイル（XLSX）をダウンロード" } "し、入力したファイルを選んで取り込んでください。今の行は置き換わります。取り込む前に内容を確認できます。" }
                label class="field__label" for=(id) { "入力したファイル" span class="visually-hidden" { "（" (label) "）" } }
                input class="upload__input" type="file" id=(id) name="import" accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                button class="button" data-weight="outline" data-size="sm" type="submit" name="_import" value=(name)
                    formaction=(import.action) formenctype="multipart/form-data" formmethod="post" formnovalidate { "取り込む" }
            }
        }
    }
}

impl Render for EditTable {
    fn render(&self) -> Markup {
        let id = dom_id(&self.name);
        html! {
            div class="field" role="group" id=(id) data-field=(self.name) data-state=[(!self.messages.errors.is_empty()).then_some("error")] aria-labelledby={ (id) "-label" } {
                h2 class="field__label" id={ (id) "-label" } { (self.label) (mark(self.mark)) }
                (notes(&id, self.hint.as_ref(), None, self.remark.as_deref(), &self.messages))
                @if let (Some(import), false) = (&self.import, self.locked) { (import_part(&self.name, &self.label, import)) }
                @match &self.heads {
                    Some(heads) => (self.transposed(heads)),
                    None => (self.repeating()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<EditColumn> {
        vec![EditColumn {
            id: "gross".into(),
            label: "経費".into(),
            kind: Control::Yen { signed: false },
            mark: Mark::Required,
            hint: None,
        }]
    }

    #[test]
    fn an_empty_table_offers_one_row_and_a_template_for_more() {
        let html = edit_rows("lines", "経費明細表", columns(), 200).render().into_string();
        assert!(html.contains("name=\"lines[0].gross\""), "{html}");
        assert!(html.contains("name=\"lines[__].gross\""), "{html}");
        assert!(html.contains("value=\"add:lines\"") && html.contains("value=\"remove:lines:0\""), "{html}");
        assert!(html.contains("aria-label=\"1行目 経費\""), "{html}");
    }

    #[test]
    fn fixed_rows_run_across() {
        let html =
            edit_years("plan", "計画", columns(), vec!["基準年度".into(), "1年後".into()]).render().into_string();
        assert!(html.contains("name=\"plan[1].gross\"") && html.contains("aria-label=\"1年後 経費\""), "{html}");
        assert!(!html.contains("add:plan"), "{html}");
    }
}
