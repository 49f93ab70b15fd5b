//! Postal code → address without scripts: a button posts the section, the next page offers the addresses.

use hojo_db::Tx;
use hojo_programme::{Field, FieldType, Raw};
use hojo_web::ui::form::{Action, Posted as Read};
use hojo_web::ui::{self};
use hojo_web::{Fault, Markup, html};

use crate::desk::Desk;
use crate::masters::postal::{Address, digits, lookup};

/// A postal code field with the fields its address goes into.
struct Into<'f> {
    code: &'f Field,
    address: &'f Field,
    prefecture: Option<&'f Field>,
}

/// Postal codes of a section that have an address to fill, as the form's script pairs them.
fn pairs(desk: &Desk, at: usize) -> Vec<Into<'_>> {
    let slots = desk.form().sections.get(at).map_or(&[][..], |s| s.fields.as_slice());
    let fields: Vec<&Field> =
        slots.iter().filter_map(|slot| desk.form().fields.get(*slot)).map(AsRef::as_ref).collect();
    let mut found = Vec::new();
    for (index, code) in fields.iter().enumerate() {
        if !matches!(code.kind, FieldType::PostalCode) || !desk.open.field(&code.id) {
            continue;
        }
        let known = |f: &Field| desk.judged.reading.is_prefilled(&f.id);
        let after = || {
            let next = fields.iter().skip(index + 1).take(3).copied();
            next.filter(|f| desk.open.field(&f.id) && !f.is_calculated() && !known(f))
        };
        if let Some(address) = after().find(|f| f.id.ends_with("address")) {
            let prefecture = after().find(|f| matches!(&f.kind, FieldType::Code { table } if table.id == "prefecture"));
            found.push(Into { code, address, prefecture });
        }
    }
    found
}

/// Buttons for those whose browser runs no scripts.
pub(super) fn fallback(desk: &Desk, at: usize) -> Markup {
    let pairs = pairs(desk, at);
    html! {
        @if !pairs.is_empty() {
            noscript {
                @for pair in &pairs {
                    p { (ui::button("郵便番号から住所を検索").outline().small().sends("_action", format!("postal:{}", pair.code.id)).about(format!("（{}）", pair.code.label))) }
                }
            }
        }
    }
}

/// The addresses of a typed postal code, each with its button.
pub(super) async fn choices(tx: &mut Tx, desk: &Desk, at: usize, field: &str) -> Result<Markup, Fault> {
    let pairs = pairs(desk, at);
    let Some(pair) = pairs.iter().find(|p| p.code.id == field) else { return Ok(html! {}) };
    let found = match digits(desk.answers.text(field)) {
        Some(code) => lookup(tx, &code).await?,
        None => Vec::new(),
    };
    Ok(offers(&pair.code.id, &pair.code.label, &found))
}

fn offers(field: &str, label: &str, found: &[Address]) -> Markup {
    html! {
        div class="addresses" role="status" {
            p { (label) "の住所" }
            @if found.is_empty() { p { "この郵便番号の住所が見つかりません。番号を確認するか、住所を直接入力してください。" } }
            @for (at, one) in found.iter().enumerate().take(12) {
                (ui::button(format!("{} を使う", one.address)).outline().small().sends("_action", format!("address:{field}:{at}")))
            }
        }
    }
}

/// A pressed address button becomes part of what was typed.
pub(super) async fn choose(tx: &mut Tx, desk: &Desk, at: usize, read: &mut Read) -> Result<(), Fault> {
    let Action::Other(action) = &read.action else { return Ok(()) };
    let Some((field, number)) = action.strip_prefix("address:").and_then(|rest| rest.split_once(':')) else {
        return Ok(());
    };
    let pairs = pairs(desk, at);
    let Some(pair) = pairs.iter().find(|p| p.code.id == field) else { return Ok(()) };
    let typed = match read.patch.get(field) {
        Some(Raw::Text(text)) => text.clone(),
        _ => desk.answers.text(field).to_owned(),
    };
    let Some(code) = digits(&typed) else { return Ok(()) };
    let found = lookup(tx, &code).await?;
    if let Some(chosen) = number.parse::<usize>().ok().and_then(|n| found.get(n)) {
        read.patch.insert(pair.address.id.clone(), Raw::from(chosen.address.as_str()));
        if let Some(prefecture) = pair.prefecture {
            read.patch.insert(prefecture.id.clone(), Raw::from(chosen.prefecture.as_str()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_its_button_and_none_found_says_what_to_do() {
        let one =
            Address {
                prefecture: "13".into(), prefecture_name: "東京都".into(), address: "東京都港区虎ノ門".into()
            };
        let html = offers("postal_code", "本社の郵便番号", &[one]).into_string();
        assert!(html.contains("value=\"address:postal_code:0\"") && html.contains("東京都港区虎ノ門 を使う"), "{html}");
        assert!(offers("p", "x", &[]).into_string().contains("住所を直接入力"));
    }
}
