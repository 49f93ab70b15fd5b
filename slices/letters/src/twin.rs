//! The letter as a page: the same words as the PDF, in the order of a letter, for people who do not open PDFs.

use hojo_web::ui::{self, Answer, Holds};
use hojo_web::{Markup, html};
use hojo_words::letter::{Item, Layout, LetterModel, Section, Table};

/// A letter's words inside a panel; its headings begin at level 3.
pub fn twin(m: &LetterModel) -> Markup {
    html! {
        article lang=(if m.lang.is_empty() { "ja" } else { &m.lang }) aria-label=(m.doc_title) {
            @if let Some(label) = &m.form_label { p { (label) } }
            @if !m.number.is_empty() { p { (m.number) } }
            @if !m.date_legal.is_empty() { p { (m.date_legal) } }
            (block(&m.addressee))
            (block(&m.sender))
            h3 { (lines(&m.title)) }
            @for paragraph in &m.body { p { (paragraph) } }
            @if !m.items.is_empty() {
                @if let Some(heading) = &m.items_heading { h4 { (heading) } }
                (items(&m.items))
            }
            @for section in &m.sections { (part(section)) }
            @if let Some(closing) = &m.closing { p { (closing) } }
            @if !m.contact.is_empty() { (block(&m.contact)) }
            @if m.layout == Layout::ApplicationCopy && !m.footer.is_empty() { p class="quiet" { (m.footer) } }
        }
    }
}

fn block(text: &[String]) -> Markup {
    html! { @if !text.is_empty() { p { (lines(text)) } } }
}

fn lines(text: &[String]) -> Markup {
    html! { @for (at, line) in text.iter().enumerate() { @if at > 0 { br; } (line) } }
}

fn items(list: &[Item]) -> Markup {
    html! {
        ol {
            @for item in list {
                li {
                    @if !item.label.is_empty() { strong { (item.label) } @if !item.text.is_empty() || item.amount.is_some() { "　" } }
                    @if !item.text.is_empty() { span class="prewrap" { (item.text) } }
                    @if let Some(amount) = &item.amount { span { (amount) } }
                    @if !item.children.is_empty() { (items(&item.children)) }
                }
            }
        }
    }
}

fn part(section: &Section) -> Markup {
    let rows: Vec<Answer> = section
        .rows
        .iter()
        .map(|(label, value)| Answer::rich(label.clone(), html! { span class="prewrap" { (value) } }))
        .collect();
    html! {
        h4 { (section.title) }
        @if !rows.is_empty() { (ui::answers(&rows)) }
        @for table in &section.tables { (grid(table)) }
        @for note in &section.notes { p class="quiet" { "注　" (note) } }
    }
}

fn grid(table: &Table) -> Markup {
    let head = table.head.iter().enumerate().map(|(at, label)| {
        ui::column(label.clone()).holds(if table.numeric.contains(&at) { Holds::Number } else { Holds::Text })
    });
    let mut drawn = ui::data_table(table.title.clone(), head.collect()).empty(html! { p { "入力がありません。" } });
    let totals = Some(&table.totals).filter(|totals| !totals.is_empty());
    for row in table.rows.iter().chain(totals) {
        drawn = drawn.row(row.iter().map(|cell| html! { span class="prewrap" { (cell) } }).collect());
    }
    html! { (drawn) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> LetterModel {
        let child = Item { text: "発注は交付決定の後に".into(), ..Item::default() };
        LetterModel {
            number: "令和8年度 新も第1号".into(),
            date_legal: "令和8年11月22日".into(),
            addressee: vec!["株式会社<見本>".into(), "甲野 乙子　様".into()],
            sender: vec!["事務局".into()],
            title: vec!["補助金".into(), "採択通知".into()],
            body: vec!["下記のとおり通知します。".into()],
            items_heading: Some("記".into()),
            items: vec![
                Item { label: "金額".into(), amount: Some("1,000円".into()), ..Item::default() },
                Item { label: "留意事項".into(), children: vec![child], ..Item::default() },
            ],
            closing: Some("以上".into()),
            contact: vec!["【問い合わせ先】".into()],
            ..LetterModel::default()
        }
    }

    #[test]
    fn the_page_has_the_letters_order() {
        let html = twin(&model()).into_string();
        let order = [
            "新も第1号",
            "令和8年11月22日",
            "見本",
            "事務局",
            "採択通知",
            "下記のとおり",
            "記",
            "1,000円",
            "発注は",
            "以上",
            "問い合わせ先",
        ];
        let places: Vec<usize> = order.iter().map(|w| html.find(w).unwrap_or_else(|| panic!("{w}: {html}"))).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert!(html.contains("株式会社&lt;見本&gt;") && !html.contains("<見本>"));
        assert!(html.contains("<ol><li><strong>金額"), "{html}");
    }

    #[test]
    fn a_copy_shows_sections_and_tables() {
        let table = Table {
            title: "経費".into(),
            head: vec!["費目".into(), "金額".into()],
            rows: vec![vec!["機械".into(), "5円".into()]],
            numeric: vec![1],
            ..Table::default()
        };
        let section = Section {
            title: "申請者".into(),
            rows: vec![("名称".into(), "一行\n二行".into())],
            tables: vec![table],
            ..Section::default()
        };
        let copy = LetterModel {
            layout: Layout::ApplicationCopy,
            sections: vec![section],
            footer: "R1-00001".into(),
            ..model()
        };
        let html = twin(&copy).into_string();
        for word in ["申請者", "一行\n二行", "prewrap", "費目", "data-holds=\"number\"", "R1-00001"] {
            assert!(html.contains(word), "{word}: {html}");
        }
    }
}
