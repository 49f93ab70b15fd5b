//! 手続・確認票・採点表を読む.

use super::expr::Compiler;
use super::rules::{field_path, severity};
use super::yaml::{File, Yaml};
use crate::model::edition::RemarkWording;
use crate::model::form::{Condition, Form};
use crate::model::sheets::{CheckItem, Checklist, Criterion, ScoreSheet};
use hojo_words::{Clause, Number};

/// Reads `checklist.yaml`.
pub(crate) fn checklist(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>, form: &Form) -> Checklist {
    let mut map = file.map(yaml);
    let title = map.needed(file, "checklist");
    let bodies = map.get("items").map(|list| file.list(list)).unwrap_or_default();
    map.finish(file);
    let mut items: Vec<CheckItem> = Vec::new();
    for body in bodies {
        let mut map = file.map(body);
        let id = map.needed(file, "id");
        if items.iter().any(|item| item.id == id) {
            file.problem(body.mark, format!("the item {id} stands twice"));
        }
        let automatic = map.get("automatic").and_then(|yaml| compiler.truth(file, yaml));
        items.push(CheckItem {
            id,
            group: map.words(file, "group"),
            text: map.needed(file, "text"),
            help: map.words(file, "help"),
            clause: map.text(file, "clause").and_then(Clause::new),
            shown: compiler.condition(file, map.get("shown"), Condition::Always),
            fields: map
                .get("fields")
                .map(|list| file.one_or_many(list))
                .unwrap_or_default()
                .iter()
                .filter_map(|item| field_path(file, item, form))
                .collect(),
            remark: map.words(file, "remark"),
            automatic,
            place: file.place(body.mark),
        });
        map.finish(file);
    }
    if items.is_empty() {
        file.problem(yaml.mark, "a checklist needs items");
    }
    Checklist { title, items }
}

/// Reads `score-sheet.yaml`.
pub(crate) fn score_sheet(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>, form: &Form) -> ScoreSheet {
    let mut map = file.map(yaml);
    let title = map.needed(file, "score_sheet");
    let overall = map.whole(file, "overall_comment").and_then(|n| usize::try_from(n).ok());
    let bodies = map.get("criteria").map(|list| file.list(list)).unwrap_or_default();
    map.finish(file);
    let criteria: Vec<Criterion> = bodies.iter().map(|body| criterion(file, body, compiler, form)).collect();
    for (index, one) in criteria.iter().enumerate() {
        if criteria.iter().take(index).any(|other| other.id == one.id) {
            file.problem(yaml.mark, format!("the criterion {} stands twice", one.id));
        }
    }
    if criteria.is_empty() {
        file.problem(yaml.mark, "a score sheet needs criteria");
    }
    let mut maximum = Number::ZERO;
    for one in criteria.iter().filter(|one| !one.pass_fail) {
        let points = one.weight.mul(Number::integer(one.max.into()));
        maximum = points.and_then(|points| maximum.add(points)).unwrap_or(maximum);
    }
    ScoreSheet { title, criteria, overall_comment: overall, maximum }
}

fn criterion(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>, form: &Form) -> Criterion {
    let mut map = file.map(yaml);
    let pass_fail = map.flag(file, "pass_fail");
    let scale = map.text(file, "scale");
    let (min, max) = scale.and_then(whole_range).unwrap_or((0, 1));
    if pass_fail == scale.is_some() {
        file.problem(yaml.mark, "a criterion has either scale: 0..5 or pass_fail: true");
    }
    if scale.is_some() && (max <= min) {
        file.problem(yaml.mark, "the scale needs at least two points, such as 0..5");
    }
    let weight = map.text(file, "weight").map(str::parse::<Number>);
    if matches!(weight, Some(Err(_))) {
        file.problem(yaml.mark, "weight is a number");
    }
    let mut words = Vec::new();
    for (point, text) in map.get("words").map(|list| file.entries(list)).unwrap_or_default() {
        match (point.text.parse::<u32>(), file.text(text)) {
            (Ok(number), Some(text)) if (min..=max).contains(&number) => words.push((number, text.to_owned())),
            _ => file.problem(point.mark, format!("{} is no point of the scale", point.text)),
        }
    }
    let criterion = Criterion {
        id: map.needed(file, "id"),
        title: map.needed(file, "title"),
        help: map.words(file, "help"),
        clause: map.text(file, "clause").and_then(Clause::new),
        pass_fail,
        min,
        max,
        weight: weight.and_then(Result::ok).unwrap_or(Number::ONE),
        comment: map.whole(file, "comment").and_then(|n| usize::try_from(n).ok()),
        shown: compiler.condition(file, map.get("shown"), Condition::Always),
        fields: map
            .get("fields")
            .map(|list| file.one_or_many(list))
            .unwrap_or_default()
            .iter()
            .filter_map(|item| field_path(file, item, form))
            .collect(),
        scale: words,
        place: file.place(yaml.mark),
    };
    map.finish(file);
    criterion
}

fn whole_range(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once("..")?;
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

/// Reads `remarks.yaml`: wordings the office chooses from.
pub(crate) fn remarks(file: &File<'_>, yaml: &Yaml, form: &Form) -> Vec<RemarkWording> {
    let mut map = file.map(yaml);
    let bodies = map.get("remarks").map(|list| file.list(list)).unwrap_or_default();
    map.finish(file);
    let mut remarks: Vec<RemarkWording> = Vec::new();
    for body in bodies {
        let mut map = file.map(body);
        let id = map.needed(file, "id");
        if remarks.iter().any(|remark| remark.id == id) {
            file.problem(body.mark, format!("the remark {id} stands twice"));
        }
        let fields = map.get("fields").map(|list| file.one_or_many(list)).unwrap_or_default();
        let remark = RemarkWording {
            id,
            title: map.needed(file, "title"),
            severity: severity(file, body, &map.needed(file, "severity")).unwrap_or(crate::model::rules::Severity::Ask),
            clause: map.text(file, "clause").and_then(Clause::new),
            fields: fields.iter().filter_map(|item| field_path(file, item, form)).collect(),
            text: map.needed(file, "text"),
            place: file.place(body.mark),
        };
        map.finish(file);
        remarks.push(remark);
    }
    remarks
}
