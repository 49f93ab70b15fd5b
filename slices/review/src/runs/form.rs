//! 実行条件を読む: the parameters as typed.

use hojo_programme::Edition;
use hojo_selection::{Budget, Fill, PassRule, RunParameters};
use hojo_web::ui::{self, Choice, Problem};
use hojo_web::{Markup, Posted, html};
use hojo_words::Number;
use hojo_words::text::{count_chars, fold_width};

use crate::meaning::Meaning;

/// Longest name of a run.
const LONGEST: usize = 60;
/// More than this around the cut is the whole list.
const WIDEST: u32 = 100;

/// Frames (key, label) a budget can be given to.
pub fn frames(edition: &Edition) -> Vec<(String, String)> {
    edition.frames().map(|c| c.options.iter().map(|(k, v)| (k.clone(), v.clone())).collect()).unwrap_or_default()
}

/// Name and parameters, or everything that is wrong with them.
pub fn read(
    posted: &Posted,
    frames: &[(String, String)],
    meaning: &Meaning,
) -> Result<(String, RunParameters), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut note = |name: &str, words: &str| problems.push(Problem::at(name, words));
    let name = posted.get("name").replace('\0', "").trim().to_owned();
    if name.is_empty() || count_chars(&name) > LONGEST {
        note("name", &format!("シミュレーションの名前を{LONGEST}文字以内で入力してください。"));
    }
    let mut budget = Budget::default();
    match yen(posted.get("total")) {
        Ok(total) => budget.total = total,
        Err(()) => note("total", "予算の総額は円単位の整数で入力してください。"),
    }
    for (key, label) in frames {
        match yen(posted.get(&frame_name(key))) {
            Ok(Some(limit)) => drop(budget.frames.insert(label.clone(), limit)),
            Ok(None) => {}
            Err(()) => note(&frame_name(key), &format!("「{label}」の予算は円単位の整数で入力してください。")),
        }
    }
    let floor = decimal(posted.get("floor"));
    if floor.is_err() {
        note("floor", "基準点は数値で入力してください。");
    }
    let fill = Fill::from_code(posted.get("fill"));
    if fill.is_none() {
        note("fill", "予算の充て方を選んでください。");
    }
    let pass = PassRule::from_code(posted.get("pass"));
    if pass.is_none() {
        note("pass", "適格性の扱いを選んでください。");
    }
    let boundary = match fold_width(posted.get("boundary")).trim() {
        "" => Some(meaning.boundary),
        text => text.parse::<u32>().ok().filter(|n| *n <= WIDEST),
    };
    if boundary.is_none() {
        note("boundary", &format!("線の前後に表示する件数は0から{WIDEST}までの整数で入力してください。"));
    }
    match (floor, fill, pass, boundary) {
        (Ok(floor), Some(fill), Some(pass), Some(boundary)) if problems.is_empty() => {
            Ok((name, RunParameters { budget, floor, fill, pass, boundary, bands: meaning.bands.clone() }))
        }
        _ => Err(problems),
    }
}

fn frame_name(key: &str) -> String {
    format!("frame.{key}")
}

fn plain(text: &str) -> String {
    fold_width(text).chars().filter(|c| !matches!(c, ',' | '円' | '点') && !c.is_whitespace()).collect()
}

fn yen(text: &str) -> Result<Option<i64>, ()> {
    let text = plain(text);
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<i64>().ok().filter(|n| *n >= 0).map(Some).ok_or(())
}

fn decimal(text: &str) -> Result<Option<Number>, ()> {
    let text = plain(text);
    if text.is_empty() {
        return Ok(None);
    }
    // A fraction written with a slash is no way to type points.
    if text.contains('/') { Err(()) } else { text.parse::<Number>().map(Some).map_err(|_| ()) }
}

/// The fields with what was typed.
pub fn fields(posted: &Posted, frames: &[(String, String)], meaning: &Meaning) -> Markup {
    let typed = |name: &str, default: &str| {
        if posted.has(name) { posted.get(name).to_owned() } else { default.to_owned() }
    };
    let fills = Fill::ALL.iter().map(|f| Choice::new(f.code(), f.label())).collect();
    let passes = PassRule::ALL.iter().map(|p| Choice::new(p.code(), p.label())).collect();
    html! {
        (ui::text_field("name", "シミュレーションの名前").required().example("予算80億円・基準点なし").value(typed("name", "")))
        (ui::yen_field("total", "予算の総額").optional().hint("空欄は上限なしです。").value(typed("total", "")))
        @if !frames.is_empty() {
            fieldset class="field" {
                legend class="field__label" { "枠ごとの予算" }
                @for (key, label) in frames {
                    (ui::yen_field(frame_name(key), label.clone()).optional().value(typed(&frame_name(key), "")))
                }
            }
        }
        (ui::text_field("floor", "基準点").optional().hint("合計点（平均点＋加点－減点）がこの点に満たない案件は、予算が残っても採択しません。空欄は基準点なしです。").value(typed("floor", "")))
        (ui::radios("fill", "予算の充て方", fills).required().value(typed("fill", Fill::default().code())))
        (ui::radios("pass", "適格性の扱い", passes).required().value(typed("pass", PassRule::default().code())))
        (ui::text_field("boundary", "採択の線の前後に表示する件数").value(typed("boundary", &meaning.boundary.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        let base = [("name", "案1"), ("fill", "strict_cut"), ("pass", "majority")];
        let rest = base.iter().filter(|(k, _)| !pairs.iter().any(|(p, _)| p == k));
        Posted(pairs.iter().chain(rest).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    fn frames() -> Vec<(String, String)> {
        vec![("a".into(), "甲枠".into())]
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let typed = posted(&[
            ("total", "８，０００，０００円"),
            ("frame.a", "1,000"),
            ("floor", "６０．５点"),
            ("boundary", "3"),
        ]);
        let (name, p) = read(&typed, &frames(), &Meaning::default()).unwrap();
        assert_eq!((name.as_str(), p.budget.total, p.boundary), ("案1", Some(8_000_000), 3));
        assert_eq!(p.budget.frames.get("甲枠"), Some(&1_000));
        assert_eq!(p.floor.unwrap().to_string(), "60.5");
    }

    #[test]
    fn every_mistake_is_named_at_its_field() {
        let typed = posted(&[
            ("name", ""),
            ("total", "-1"),
            ("frame.a", "千"),
            ("floor", "1/3"),
            ("fill", ""),
            ("pass", "x"),
            ("boundary", "999"),
        ]);
        let problems = read(&typed, &frames(), &Meaning::default()).unwrap_err();
        let targets: Vec<_> = problems.iter().filter_map(|p| p.target.as_deref()).collect();
        assert_eq!(targets, ["f-name", "f-total", "f-frame-a", "f-floor", "f-fill", "f-pass", "f-boundary"]);
        let again = fields(&typed, &frames(), &Meaning::default()).into_string();
        assert!(again.contains("value=\"千\""), "nothing typed is lost: {again}");
    }
}
