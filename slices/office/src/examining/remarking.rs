//! The form with which a remark is written: where, which wording, how strong.

use hojo_programme::{Checklist, FieldPath, RowPlan};
use hojo_web::ui::{self, Choice, Control};
use hojo_web::{Markup, Posted, html};

use super::library::{Wording, for_field};
use super::remarks::LONGEST;
use super::show::Bench;
use crate::common::places::label;
use crate::common::post_form;

/// What stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub target: String,
    pub row: String,
    pub column: String,
    pub text: String,
    pub clause: String,
    pub advice: bool,
    pub grounds: String,
}

impl Chosen {
    /// From the address: a place, and perhaps a wording or a checklist item whose sentence is taken over.
    pub fn asked(get: impl Fn(&str) -> String, wordings: &[Wording], checklist: Option<&Checklist>) -> Option<Self> {
        let target = get("remark");
        if target.is_empty() {
            return None;
        }
        let mut chosen = Self { target, ..Self::default() };
        let (wording, item) = (get("wording"), get("item"));
        if let Some(w) = wordings.iter().find(|w| w.id == wording) {
            chosen.text.clone_from(&w.text);
            chosen.clause = w.clause.clone().unwrap_or_default();
            chosen.advice = !w.must();
        } else if let Some(i) = checklist.and_then(|c| c.items.iter().find(|i| i.id == item)) {
            chosen.text.clone_from(&i.remark);
            chosen.clause = i.clause.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        Some(chosen)
    }

    /// From a post that could not be taken.
    pub fn posted(posted: &Posted) -> Self {
        let get = |name: &str| posted.get(name).to_owned();
        Self {
            target: get("target"),
            row: get("row"),
            column: get("column"),
            text: get("text"),
            clause: get("clause"),
            advice: posted.get("severity") == "advice",
            grounds: get("grounds"),
        }
    }

    fn field(&self) -> String {
        self.target.parse::<FieldPath>().map_or_else(|_| self.target.clone(), |p| p.field)
    }
}

/// The form, or how to get it.
pub fn form(bench: &Bench<'_>) -> Markup {
    let Some(chosen) = &bench.chosen else {
        let whole = bench.address().with("remark", "*").anchor("remark").text();
        return html! {
            p id="remark" { "申請内容の各項目の「指摘する」を選ぶと、ここで指摘を書けます。" a href=(whole) { "申請全体に指摘する" } }
        };
    };
    let place = if chosen.target == "*" {
        "申請全体".to_owned()
    } else {
        label(&bench.dossier.procedure.form, &chosen.target)
    };
    let body = html! {
        h3 { "「" (place) "」への指摘" }
        input type="hidden" name="target" value=(chosen.target);
        @if let Some((file, _)) = &bench.file { input type="hidden" name="file" value=(file); }
        @if bench.late { (super::afterthought::asks(&chosen.grounds)) }
        (wordings(bench, chosen))
        (within(bench, chosen))
        (ui::textarea("text", "指摘の内容", u32::try_from(LONGEST).unwrap_or(u32::MAX)).required().value(chosen.text.clone())
            .hint("申請者が読みます。何が問題で、どう直せばよいかを書いてください。"))
        (ui::text_field("clause", "根拠の条項").optional().value(chosen.clause.clone()).example("要領 3-4"))
        (ui::field("severity", "種類", Control::Radios {
            choices: vec![Choice::new("must", "必ず直す"), Choice::new("advice", "確認してほしい")], inline: true,
        }).value(if chosen.advice { "advice" } else { "must" }))
        (ui::buttons(&[ui::button("指摘を追加する"), ui::link_button("やめる", bench.address().anchor("remarks").text()).outline()]))
    };
    html! { div id="remark" { (post_form(&format!("/cases/{}/examine/remarks", bench.row.public_id), &bench.csrf, &body)) } }
}

/// Row and column, where the place is a table.
fn within(bench: &Bench<'_>, chosen: &Chosen) -> Markup {
    let path = chosen.target.parse::<FieldPath>().ok();
    let table = path.as_ref().and_then(|p| bench.dossier.procedure.form.field(&p.field)).and_then(|f| f.table());
    let Some(table) = table else { return html! {} };
    let columns = table.columns.iter().map(|c| Choice::new(c.id.clone(), c.label.clone())).collect();
    let hint = match &table.rows {
        RowPlan::Free { .. } => "表の行の番号です。表全体への指摘は空欄のままにしてください。",
        RowPlan::Fixed(_) => "左から数えた番号です。表全体への指摘は空欄のままにしてください。",
    };
    html! {
        (ui::field("row", "行", Control::Number { unit: Some("行目".into()), decimal: false }).optional().hint(hint).value(chosen.row.clone()))
        (ui::field("column", "列", Control::Select { choices: columns, empty: "行全体".into() }).optional().value(chosen.column.clone()))
    }
}

fn wordings(bench: &Bench<'_>, chosen: &Chosen) -> Markup {
    if bench.wordings.is_empty() {
        return html! {};
    }
    let (first, rest) = for_field(&bench.wordings, &chosen.field());
    let link = |w: &Wording| {
        let url = bench.address().with("remark", &chosen.target).with("wording", &w.id).anchor("remark").text();
        html! { li { a href=(url) { (w.title) } "：" (w.text) } }
    };
    html! {
        @if !first.is_empty() { p { "この項目の文例（選ぶと下の欄に入ります）" } ul { @for w in first { (link(w)) } } }
        (ui::disclosure("ほかの文例", &html! { ul { @for w in rest { (link(w)) } } }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wording_fills_the_form_and_typed_words_come_back() {
        let wording = Wording {
            id: "w".into(),
            title: "題".into(),
            severity: "ask".into(),
            clause: Some("要領 2".into()),
            fields: vec![],
            text: "文例です。".into(),
        };
        let query = |name: &str| match name {
            "remark" => "lines[0].category".to_owned(),
            "wording" => "w".to_owned(),
            _ => String::new(),
        };
        let chosen = Chosen::asked(query, &[wording], None).expect("a place");
        assert_eq!((chosen.text.as_str(), chosen.clause.as_str(), chosen.advice), ("文例です。", "要領 2", true));
        assert_eq!(chosen.field(), "lines");
        assert_eq!(Chosen::asked(|_| String::new(), &[], None), None);
        let posted = Posted(vec![("text".into(), "自分の言葉".into()), ("severity".into(), "advice".into())]);
        assert_eq!(Chosen::posted(&posted).text, "自分の言葉");
    }
}
