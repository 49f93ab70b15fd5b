//! Lists of data: table with sortable heads, filters, pages.
use maud::{Markup, Render, html};

use super::button::button;
use super::control::{Choice, Control};
use super::field::field;

/// What a column holds; amounts and numbers are right aligned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    /// Words.
    #[default]
    Text,
    /// Yen or counts.
    Number,
    /// Dates and times, never broken over two lines.
    Date,
    /// Links and buttons.
    Action,
}

/// The order a list is in, by one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest, oldest first.
    Up,
    /// Largest, newest first.
    Down,
}

/// A column's head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    label: String,
    holds: Holds,
    sort_href: Option<String>,
    order: Option<Order>,
}

/// A column of words.
#[must_use]
pub fn column(label: impl Into<String>) -> Column {
    Column { label: label.into(), ..Column::default() }
}

impl Column {
    /// Says what the column holds.
    #[must_use]
    pub fn holds(mut self, what: Holds) -> Self {
        self.holds = what;
        self
    }

    /// Makes the head a link that sorts; `order` is the present one if the list is sorted by this column.
    #[must_use]
    pub fn sorts(mut self, href: impl Into<String>, order: Option<Order>) -> Self {
        self.sort_href = Some(href.into());
        self.order = order;
        self
    }
}

/// A table; the first column is the row's head.
#[derive(Clone, Debug)]
pub struct DataTable {
    caption: String,
    show_caption: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    foot: Vec<Markup>,
    empty: Option<Markup>,
    select: Option<String>,
    id: Option<String>,
    stacks: bool,
}

#[derive(Clone, Debug)]
struct Row {
    cells: Vec<Markup>,
    key: Option<(String, String)>,
    marked: bool,
}

/// Begins a table. The caption is read first by screen readers and shown unless [`DataTable::quiet_caption`].
#[must_use]
pub fn data_table(caption: impl Into<String>, columns: Vec<Column>) -> DataTable {
    DataTable {
        caption: caption.into(),
        show_caption: true,
        columns,
        rows: Vec::new(),
        foot: Vec::new(),
        empty: None,
        select: None,
        id: None,
        stacks: false,
    }
}

impl DataTable {
    /// Adds a row.
    #[must_use]
    pub fn row(mut self, cells: Vec<Markup>) -> Self {
        self.rows.push(Row { cells, key: None, marked: false });
        self
    }

    /// Adds a row that can be ticked: `value` is posted under the name given to [`DataTable::selectable`], `about` names the row.
    #[must_use]
    pub fn row_with_key(mut self, value: impl Into<String>, about: impl Into<String>, cells: Vec<Markup>) -> Self {
        self.rows.push(Row { cells, key: Some((value.into(), about.into())), marked: false });
        self
    }

    /// Marks the row added last: overdue, mine, new. Say the reason in a chip as well.
    #[must_use]
    pub fn marked(mut self) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.marked = true;
        }
        self
    }

    /// A last row of sums.
    #[must_use]
    pub fn foot(mut self, cells: Vec<Markup>) -> Self {
        self.foot = cells;
        self
    }

    /// What to say when there are no rows.
    #[must_use]
    pub fn empty(mut self, words: Markup) -> Self {
        self.empty = Some(words);
        self
    }

    /// Puts a box before each row that has a key; wrap the table in a form.
    #[must_use]
    pub fn selectable(mut self, name: impl Into<String>) -> Self {
        self.select = Some(name.into());
        self
    }

    /// Keeps the caption for screen readers only.
    #[must_use]
    pub fn quiet_caption(mut self) -> Self {
        self.show_caption = false;
        self
    }

    /// On a phone each row stands as a small list of 「見出し：値」 instead of squeezed columns. For tables whose
    /// rows are read one by one; a list that is compared column by column scrolls sideways instead.
    #[must_use]
    pub fn stacks(mut self) -> Self {
        self.stacks = true;
        self
    }

    /// The table's id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    fn holds(&self, at: usize) -> &'static str {
        match self.columns.get(at).map(|column| column.holds) {
            Some(Holds::Number) => "number",
            Some(Holds::Date) => "date",
            Some(Holds::Action) => "action",
            _ => "text",
        }
    }

    fn head(&self) -> Markup {
        html! {
            thead role=[self.role("rowgroup")] {
                tr role=[self.role("row")] {
                    @if self.select.is_some() { td class="table__tick" data-tick-all {} }
                    @for (at, column) in self.columns.iter().enumerate() {
                        th scope="col" role=[self.role("columnheader")] data-holds=(self.holds(at)) aria-sort=[column.order.map(order_name)] {
                            @if let Some(href) = &column.sort_href {
                                a href=(href) { (column.label) span class="table__order" aria-hidden="true" { (order_mark(column.order)) } }
                            } @else if column.label.is_empty() { span class="visually-hidden" { "操作" } }
                            @else { (column.label) }
                        }
                    }
                }
            }
        }
    }

    /// Rows that are laid out as lists are no table to assistive technology any more unless their parts say so.
    fn role(&self, role: &'static str) -> Option<&'static str> {
        self.stacks.then_some(role)
    }

    /// The head of a column, said again before the value where the head itself is not seen.
    fn label(&self, at: usize) -> Option<&str> {
        self.columns.get(at).map(|c| c.label.as_str()).filter(|label| self.stacks && !label.is_empty())
    }

    fn body_row(&self, row: &Row) -> Markup {
        html! {
            tr data-marked[row.marked] role=[self.role("row")] {
                @if let Some(name) = &self.select {
                    td class="table__tick" {
                        @if let Some((value, about)) = &row.key {
                            input class="checkbox" type="checkbox" name=(name) value=(value) aria-label={ (about) "を選択" };
                        }
                    }
                }
                @for (at, cell) in row.cells.iter().enumerate() {
                    @if at == 0 { th scope="row" role=[self.role("rowheader")] data-holds=(self.holds(at)) data-label=[self.label(at)] { (cell) } }
                    @else { td role=[self.role("cell")] data-holds=(self.holds(at)) data-label=[self.label(at)] { (cell) } }
                }
            }
        }
    }
}

const fn order_name(order: Order) -> &'static str {
    match order {
        Order::Up => "ascending",
        Order::Down => "descending",
    }
}

const fn order_mark(order: Option<Order>) -> &'static str {
    match order {
        Some(Order::Up) => "▲",
        Some(Order::Down) => "▼",
        None => "⇅",
    }
}

impl Render for DataTable {
    fn render(&self) -> Markup {
        if let (true, Some(words)) = (self.rows.is_empty(), &self.empty) {
            return html! { div class="empty" { p class="empty__title" { (self.caption) } (words) } };
        }
        let quiet = (!self.show_caption).then_some("visually-hidden");
        html! {
            (scroll_region(&self.caption, &html! {
                table class="table" id=[&self.id] data-stacks[self.stacks] role=[self.role("table")] {
                    caption { span class=[quiet] { (self.caption) } }
                    (self.head())
                    tbody role=[self.role("rowgroup")] { @for row in &self.rows { (self.body_row(row)) } }
                    @if !self.foot.is_empty() {
                        tfoot { tr {
                            @if self.select.is_some() { td {} }
                            @for (at, cell) in self.foot.iter().enumerate() {
                                @if at == 0 { th scope="row" { (cell) } } @else { td data-holds=(self.holds(at)) { (cell) } }
                            }
                        } }
                    }
                }
            }))
        }
    }
}

/// Something wider than a phone: scrolls sideways by itself, by keyboard too, and shows a shadow where more lies hidden.
#[must_use]
pub fn scroll_region(label: &str, body: &Markup) -> Markup {
    html! { div class="scroll" role="region" aria-label=(label) tabindex="0" { (body) } }
}

/// Links to the neighbouring pages of a keyset list. `shown` says what is seen: 「50件を表示（全1,234件）」.
#[must_use]
pub fn pager(shown: &str, previous: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        nav class="pager" aria-label="ページ送り" {
            p class="pager__shown" { (shown) }
            @if let Some(href) = previous { a class="button" data-weight="outline" data-size="sm" rel="prev" href=(href) { "前のページ" } }
            @if let Some(href) = next { a class="button" data-weight="outline" data-size="sm" rel="next" href=(href) { "次のページ" } }
        }
    }
}

/// A bar of filters that reloads the list; every state of it has a URL. `clear` leads to the list without filters.
#[must_use]
pub fn filters(action: &str, fields: &Markup, clear: Option<&str>) -> Markup {
    html! {
        form class="filters" method="get" action=(action) role="search" aria-label="絞り込み" {
            div class="filters__fields" { (fields) }
            div class="filters__actions" {
                (button("絞り込む").outline())
                @if let Some(href) = clear { a href=(href) { "条件をすべて解除" } }
            }
        }
    }
}

/// The bar of a list that is about every 公募回 or one: `rounds` as id and title, newest first.
#[must_use]
pub fn round_filter<Id: ToString>(action: &str, rounds: &[(Id, String)], chosen: Option<&Id>) -> Markup {
    let choices = rounds.iter().map(|(id, title)| Choice::new(id.to_string(), title.clone())).collect();
    let select = field("round", "公募回", Control::Select { choices, empty: "すべて".into() });
    let select = select.value(chosen.map(Id::to_string).unwrap_or_default());
    filters(action, &html! { (select) }, chosen.is_some().then_some(action))
}

/// Links that look like tabs: each is a page of its own.
#[must_use]
pub fn tabs(label: &str, items: &[super::nav::NavItem]) -> Markup {
    html! {
        nav class="tabs" aria-label=(label) {
            ul {
                @for item in items {
                    li { a href=(item.href) aria-current=[item.current.then_some("page")] {
                        (item.label)
                        @if item.count > 0 { span class="count" { (super::amounts::number(item.count)) span class="visually-hidden" { "件" } } }
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(stacks: bool) -> String {
        let table = data_table("添付", vec![column("書類"), column("SHA-256"), column("")]).row(vec![
            html! { "決算書" },
            html! { "ab12" },
            html! { a href="/x" { "開く" } },
        ]);
        (if stacks { table.stacks() } else { table }).render().into_string()
    }

    #[test]
    fn a_table_that_stacks_says_its_heads_again_and_stays_a_table() {
        let html = html(true);
        for part in [
            "data-stacks role=\"table\"",
            "role=\"columnheader\"",
            "<th scope=\"row\" role=\"rowheader\" data-holds=\"text\" data-label=\"書類\">決算書</th>",
            "<td role=\"cell\" data-holds=\"text\" data-label=\"SHA-256\">ab12</td>",
            // A column without a head has none to say.
            "<td role=\"cell\" data-holds=\"text\"><a",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }

    #[test]
    fn other_tables_carry_nothing_of_it() {
        let html = html(false);
        assert!(
            !html.contains("data-label") && !html.contains("role=\"cell\"") && !html.contains("data-stacks"),
            "{html}"
        );
    }
}
