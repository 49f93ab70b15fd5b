//! What a reviewer typed into the sheet, read from a posted form.

use std::collections::BTreeMap;

use hojo_selection::{Mark, Marks, SheetSpec};
use hojo_web::Posted;
use hojo_web::ui::Problem;
use hojo_words::text::{count_chars, unify_line_breaks};

/// Longest comment, in characters.
pub const LONGEST: u32 = 2_000;

/// Marks of the criteria that are on the sheet; anything else that was posted is passed over.
pub fn marks(spec: &SheetSpec, posted: &Posted) -> Marks {
    let mark = |id: &str| Mark {
        points: clean(posted.get(&points_name(id))).chars().take(20).collect(),
        comment: clean(posted.get(&comment_name(id))),
    };
    let criteria: BTreeMap<String, Mark> = spec.criteria.iter().map(|c| (c.id.clone(), mark(&c.id))).collect();
    Marks { criteria, overall: clean(posted.get("overall")) }
}

/// Line breaks as stored, and no NUL: the database cannot hold one.
fn clean(text: &str) -> String {
    unify_line_breaks(text).replace('\0', "")
}

pub fn points_name(id: &str) -> String {
    format!("points.{id}")
}

pub fn comment_name(id: &str) -> String {
    format!("comment.{id}")
}

/// Texts too long to be kept.
pub fn too_long(spec: &SheetSpec, marks: &Marks) -> Vec<Problem> {
    let most = usize::try_from(LONGEST).unwrap_or(usize::MAX);
    let over = |name: String, title: &str, text: &str| {
        let has = count_chars(text);
        (has > most)
            .then(|| Problem::at(&name, format!("「{title}」は{LONGEST}文字以内で入力してください（現在{has}文字）。")))
    };
    let comments = spec.criteria.iter().filter_map(|c| {
        over(comment_name(&c.id), &format!("{}のコメント", c.title), &marks.criteria.get(&c.id)?.comment)
    });
    comments.chain(over("overall".into(), "総評", &marks.overall)).collect()
}

/// A field on which two versions of the sheet differ.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Differs {
    pub name: String,
    pub label: String,
    pub theirs: String,
    #[serde(skip)]
    pub mine: String,
}

/// Where the stored marks and these differ.
pub fn differences(spec: &SheetSpec, stored: &Marks, mine: &Marks) -> Vec<Differs> {
    let none = Mark::default();
    let mut out = Vec::new();
    let mut add = |name: String, label: String, theirs: &str, mine: &str| {
        if theirs != mine {
            out.push(Differs { name, label, theirs: theirs.to_owned(), mine: mine.to_owned() });
        }
    };
    for c in &spec.criteria {
        let (s, m) = (stored.criteria.get(&c.id).unwrap_or(&none), mine.criteria.get(&c.id).unwrap_or(&none));
        add(points_name(&c.id), format!("{}の評価", c.title), &s.points, &m.points);
        add(comment_name(&c.id), format!("{}のコメント", c.title), &s.comment, &m.comment);
    }
    add("overall".into(), "総評".into(), &stored.overall, &mine.overall);
    out
}

#[cfg(test)]
pub mod tests {
    use hojo_selection::CriterionSpec;

    use super::*;

    pub fn spec() -> SheetSpec {
        let one = |id: &str, pass_fail| CriterionSpec {
            id: id.into(),
            title: format!("項目{id}"),
            pass_fail,
            min: 0,
            max: 5,
            weight: hojo_words::Number::from(3),
            comment: 5,
        };
        SheetSpec { criteria: vec![one("ok", true), one("a", false)], overall: 5 }
    }

    pub fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn only_criteria_of_the_sheet_are_taken() {
        let marks = marks(
            &spec(),
            &posted(&[("points.a", "4"), ("comment.a", "よ\0い\r\n"), ("points.other", "5"), ("overall", "総")]),
        );
        assert_eq!(marks.criteria.keys().collect::<Vec<_>>(), ["a", "ok"]);
        assert_eq!(marks.criteria["a"], Mark { points: "4".into(), comment: "よい\n".into() });
        assert_eq!(marks.overall, "総");
    }

    #[test]
    fn too_much_text_is_named_and_differences_are_found() {
        let long = marks(&spec(), &posted(&[("comment.a", &"あ".repeat(2001))]));
        assert_eq!(too_long(&spec(), &long).len(), 1);
        let found = differences(&spec(), &Marks::default(), &marks(&spec(), &posted(&[("points.ok", "pass")])));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].mine.as_str()), ("points.ok", "pass"));
    }
}
