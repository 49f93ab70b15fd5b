//! Turns a letter model into the data its layout reads: measures as numbers, tables with their column widths.

use hojo_words::letter::{Geometry, Item, LetterModel, Table};
use serde_json::{Value, json};

/// A measure of the geometry that is not a usable number.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{field} is {text:?}, not a number between {least} and {most}")]
pub struct BadMeasure {
    /// Name in the geometry.
    pub field: &'static str,
    /// What stands there.
    pub text: String,
    /// Smallest sensible value.
    pub least: u16,
    /// Largest sensible value.
    pub most: u16,
}

/// Width of the text area of an application copy in millimetres: upright, and turned.
const UPRIGHT_MM: f64 = 170.0;
const TURNED_MM: f64 = 257.0;
/// White on both sides of a cell.
const CELL_PADDING_MM: f64 = 3.4;
const MM_PER_POINT: f64 = 25.4 / 72.0;
/// Smallest line pitch, in type sizes.
const CLOSEST_LINES: f64 = 1.35;
/// Type in which the widths of a form are thought, pt.
const USUAL: f64 = 8.0;
/// Words up to this width, in em, are not broken in a form: a date, a unit.
const SHORT_WORDS: f64 = 7.5;
/// Type of a table nothing else fits.
const SMALLEST: f64 = 6.0;
/// Page width, type size and whether the page is turned, best first.
const CHOICES: [(f64, f64, bool); 7] = [
    (UPRIGHT_MM, 9.0, false),
    (UPRIGHT_MM, 8.5, false),
    (UPRIGHT_MM, 8.0, false),
    (TURNED_MM, 9.0, true),
    (TURNED_MM, 8.0, true),
    (TURNED_MM, 7.0, true),
    (TURNED_MM, SMALLEST, true),
];

/// What the layout reads as `letter.json`. `model` is the model's own JSON after inspection.
pub(crate) fn layout_data(model: &LetterModel, mut data: Value) -> Result<Value, BadMeasure> {
    if let Value::Object(parts) = &mut data {
        parts.insert("geometry".into(), measures(&model.geometry)?);
        parts.insert("author".into(), json!(model.sender.first().cloned().unwrap_or_default()));
        parts.insert("head_rows".into(), head_rows(parts));
        if let Some(items) = parts.get_mut("items") {
            mark_bare(items);
        }
        for section in parts.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
            for table in section.get_mut("tables").and_then(Value::as_array_mut).into_iter().flatten() {
                plan_table(table);
            }
        }
        parts.insert("flipped".into(), json!(is_one_wide_table(parts)));
    }
    Ok(data)
}

/// A form that is one wide table is turned as a whole: its head and its notes stay with it.
fn is_one_wide_table(parts: &serde_json::Map<String, Value>) -> bool {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    match list(parts.get("sections")).as_slice() {
        [one] => match list(one.get("tables")).as_slice() {
            [table] => table.get("landscape") == Some(&Value::Bool(true)),
            _ => false,
        },
        _ => false,
    }
}

/// The geometry as numbers; a place left empty becomes null and follows the flow.
fn measures(g: &Geometry) -> Result<Value, BadMeasure> {
    let number = |field, text: &str, least, most| measure(field, text, least, most);
    let place = |field, text: &str| {
        if text.trim().is_empty() { Ok(Value::Null) } else { measure(field, text, 0, 297).map(Value::from) }
    };
    Ok(json!({
        "margin_top": number("margin_top", &g.margin_top, 0, 150)?,
        "margin_right": number("margin_right", &g.margin_right, 0, 90)?,
        "margin_bottom": number("margin_bottom", &g.margin_bottom, 8, 150)?,
        "margin_left": number("margin_left", &g.margin_left, 0, 90)?,
        "font_size": number("font_size", &g.font_size, 5, 36)?,
        "line_pitch": number("line_pitch", &g.line_pitch, 2, 30)?,
        "title_pitch": number("title_pitch", &g.title_pitch, 2, 30)?,
        "number_right": number("number_right", &g.number_right, 60, 210)?,
        "sender_right": g.sender_align.trim() != "left",
        "sender_x": number("sender_x", &g.sender_x, 0, 200)?,
        "amount_x": number("amount_x", &g.amount_x, 30, 200)?,
        "form_label_y": place("form_label_y", &g.form_label_y)?,
        "number_y": place("number_y", &g.number_y)?,
        "date_y": place("date_y", &g.date_y)?,
        "addressee_y": place("addressee_y", &g.addressee_y)?,
        "sender_y": place("sender_y", &g.sender_y)?,
        "title_y": place("title_y", &g.title_y)?,
        "body_y": place("body_y", &g.body_y)?,
        "items_heading_y": place("items_heading_y", &g.items_heading_y)?,
    }))
}

/// Multiplies the line pitch by `share`; false when the lines would come too near to each other to be read well.
pub(crate) fn set_closer(data: &mut Value, share: f64) -> bool {
    let number = |data: &Value, name: &str| data.pointer(&format!("/geometry/{name}")).and_then(Value::as_f64);
    let (Some(pitch), Some(size)) = (number(data, "line_pitch"), number(data, "font_size")) else { return false };
    let closer = pitch * share;
    let readable = closer >= CLOSEST_LINES * size * MM_PER_POINT;
    if readable && let Some(place) = data.pointer_mut("/geometry/line_pitch") {
        *place = json!(closer);
    }
    readable
}

fn measure(field: &'static str, text: &str, least: u16, most: u16) -> Result<f64, BadMeasure> {
    let bad = || BadMeasure { field, text: text.to_owned(), least, most };
    let value: f64 = text.trim().parse().map_err(|_| bad())?;
    if value.is_finite() && value >= f64::from(least) && value <= f64::from(most) { Ok(value) } else { Err(bad()) }
}

/// The box at the head of an application copy: number, time, then the items (hash, edition, ...).
fn head_rows(parts: &serde_json::Map<String, Value>) -> Value {
    let text = |name: &str| parts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut rows: Vec<Value> = Vec::new();
    for (label, value) in [("受付番号", text("number")), ("受付日時", text("date_legal"))] {
        if !value.is_empty() {
            rows.push(json!([label, value]));
        }
    }
    for item in parts.get("items").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        rows.push(json!([part("label"), format!("{}{}", part("text"), part("amount"))]));
    }
    Value::Array(rows)
}

/// An amount line below an item ("補助対象経費  12,000,000円") carries no number of its own.
fn mark_bare(items: &mut Value) {
    fn mark(items: &mut Value, below: bool) {
        let Some(list) = items.as_array_mut() else { return };
        let all_amounts = list.iter().all(|item| item.get("amount").is_some_and(|amount| !amount.is_null()));
        for item in list {
            if let Value::Object(parts) = item {
                parts.insert("bare".into(), json!(below && all_amounts));
                if let Some(children) = parts.get_mut("children") {
                    mark(children, true);
                }
            }
        }
    }
    mark(items, false);
}

/// Gives a table what the layout needs: as many cells in every row, column widths, type size, upright or turned.
fn plan_table(table: &mut Value) {
    let Ok(plain) = serde_json::from_value::<Table>(table.clone()) else { return };
    let columns = plain.rows.iter().map(Vec::len).chain([plain.head.len()]).max().unwrap_or(0);
    let filled = |row: &[String]| (0..columns).map(|x| row.get(x).cloned().unwrap_or_default()).collect::<Vec<_>>();
    let head = filled(&plain.head);
    let rows: Vec<Vec<String>> = plain.rows.iter().map(|row| filled(row)).collect();
    let totals = if plain.totals.is_empty() { Vec::new() } else { filled(&plain.totals) };
    let numeric: Vec<usize> = plain.numeric.iter().copied().filter(|x| *x < columns).collect();
    let measured: Vec<Vec<String>> = rows.iter().chain([&totals]).cloned().collect();
    let asked = |x: usize| plain.widths.get(x).copied();
    let wishes: Vec<Wish> = (0..columns).map(|x| wish(&head, &measured, x, numeric.contains(&x), asked(x))).collect();
    let plan = plan(&wishes);
    if let Value::Object(parts) = table {
        parts.insert("row_heads".into(), json!(columns > 2 && !numeric.contains(&0)));
        parts.insert("head".into(), json!(head));
        parts.insert("rows".into(), json!(rows));
        parts.insert("totals".into(), json!(totals));
        parts.insert("numeric".into(), json!(numeric));
        parts.insert("size".into(), json!(plan.size));
        parts.insert("landscape".into(), json!(plan.turned));
        parts.insert("widths".into(), Value::Array(plan.widths));
    }
}

/// What a column would like, in em of the table's type.
struct Wish {
    /// Width of its longest line.
    natural: f64,
    /// Below this it is not readable.
    least: f64,
    fixed: bool,
}

struct Plan {
    size: f64,
    turned: bool,
    widths: Vec<Value>,
}

/// `asked` is the width a form gives its column in mm: room to write in, also where nothing stands yet.
fn wish(head: &[String], rows: &[Vec<String>], x: usize, numeric: bool, asked: Option<u32>) -> Wish {
    let cells = rows.iter().filter_map(|row| row.get(x));
    if let Some(asked) = asked {
        let asked = (f64::from(asked) - CELL_PADDING_MM).max(1.0) / (USUAL * MM_PER_POINT);
        let longest = cells.map(|cell| em(cell)).fold(1.0, f64::max);
        // Amounts stay on one line, and so do dates and other short words.
        let width = asked.max(if numeric { longest + 0.2 } else { longest.min(SHORT_WORDS) });
        return Wish { natural: width, least: if numeric { width } else { width.min(10.0) }, fixed: numeric };
    }
    let natural = cells.map(|cell| em(cell)).fold(1.0, f64::max);
    let title = head.get(x).map_or(1.0, |text| em(text));
    if numeric {
        // Digits must stay on one line; a heading much longer than its digits may break in two.
        let title = if title <= natural + 2.0 { title } else { title / 2.0 + 0.5 };
        let width = natural.max(title) + 0.2;
        Wish { natural: width, least: width, fixed: true }
    } else {
        let natural = natural.max(title).min(26.0);
        Wish { natural, least: natural.min(10.0), fixed: false }
    }
}

/// The largest type that fits, upright if that is readable, else turned. Widths in em, `fixed` or shares of the rest.
fn plan(wishes: &[Wish]) -> Plan {
    let fits = |width: f64, size: f64| {
        let least: f64 = wishes.iter().map(|wish| wish.least * size * MM_PER_POINT + CELL_PADDING_MM).sum();
        least <= width
    };
    let found = CHOICES.into_iter().find(|(width, size, _)| fits(*width, *size));
    let (width, size, turned) = found.unwrap_or((TURNED_MM, SMALLEST, true));
    let natural: f64 = wishes.iter().map(|wish| wish.natural * size * MM_PER_POINT + CELL_PADDING_MM).sum();
    // Where everything fits on one line (or nothing does), the columns share the width by what they would like.
    let shared = natural <= width || found.is_none();
    let widths =
        wishes.iter().map(|wish| json!({ "em": wish.natural.max(2.0), "fixed": wish.fixed && !shared })).collect();
    Plan { size, turned, widths }
}

/// Width of the longest line in em: Latin letters are half as wide as kana and kanji.
fn em(text: &str) -> f64 {
    let line =
        |line: &str| line.chars().map(|c| if c.is_ascii() || ('｡'..='ﾟ').contains(&c) { 0.55 } else { 1.0 }).sum();
    text.lines().map(line).fold(0.0, f64::max)
}

/// Depth of nested items, for the limit the numbering sets (1 → (1) → ア → (ア)).
pub(crate) fn depth(items: &[Item]) -> usize {
    items.iter().map(|item| 1 + depth(&item.children)).max().unwrap_or(0)
}
