//! Why a letter waits, in words for the office: what is the matter, where, what to do.

use hojo_press_client::PressFault;
use hojo_press_client::wire::{Problem, ProblemKind, Reason, Unprintable};
use hojo_programme::ComposeProblem;

/// The press refuses this letter.
pub fn press(fault: &PressFault) -> String {
    match fault {
        PressFault::Letter(problem) => letter(problem),
        other => format!(
            "この通知書の印刷データを作れませんでした（{other}）。システムの不具合です。事務局ITに連絡してください。"
        ),
    }
}

fn letter(problem: &Problem) -> String {
    if problem.kind != ProblemKind::MissingGlyph {
        return format!(
            "この通知書を印刷できませんでした（{}）。通知書の定義またはシステムの不具合です。事務局ITに連絡してください。",
            problem.message
        );
    }
    let mut words = String::from("印刷できない文字があります。\n");
    for u in &problem.unprintable {
        words.push_str(&unprintable(u));
        words.push('\n');
    }
    if problem.unprintable.is_empty() {
        words.push_str(&problem.message);
        words.push('\n');
    }
    words.push_str("登録されている名称や回答を常用の字体に改めてもらい、「もう一度作成する」を押してください。ほかの通知書には影響ありません。");
    words
}

fn unprintable(u: &Unprintable) -> String {
    let why = match u.reason {
        Reason::NoGlyph => "収録していない字",
        Reason::PrivateUse => "外字",
        Reason::Control => "制御文字",
    };
    format!("・{}：文字「{}」（{}、{why}、項目 {}）", u.place, u.character, u.codepoint, u.field)
}

/// The letter names something the case does not have.
pub fn hole(name: &str, problem: &ComposeProblem) -> String {
    match problem {
        ComposeProblem::Missing { placeholder, .. } => format!(
            "「{name}」に差し込む値（{placeholder}）がこの案件にありません。案件の内容を確かめて「もう一度作成する」を押してください。\
             案件に不足がない場合は、通知書の定義を見直す必要があります。"
        ),
    }
}

/// Two letters would have one number.
pub fn taken(number: &str) -> String {
    format!(
        "文書番号「{number}」は、ほかの通知書で使われています。通知書の定義の number に通し番号（letter.serial）が入っているか確かめてください。"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unprintable_name_is_said_with_character_code_and_place() {
        let unprintable = vec![Unprintable {
            reason: Reason::NoGlyph,
            character: "𠮷".into(),
            codepoint: "U+20BB7".into(),
            field: "addressee[0]".into(),
            place: "宛先の1行目".into(),
        }];
        let words = press(&PressFault::Letter(Problem::unprintable(unprintable).unwrap()));
        for part in ["𠮷", "U+20BB7", "addressee[0]", "宛先の1行目", "もう一度作成する"] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }

    #[test]
    fn a_mistake_of_ours_is_not_blamed_on_the_data() {
        let words = press(&PressFault::Letter(Problem::plain(ProblemKind::BadGeometry, "body_y: 12a")));
        assert!(words.contains("事務局IT") && words.contains("body_y: 12a"), "{words}");
        let hole = ComposeProblem::Missing { letter: "x".into(), placeholder: "plan_title".into() };
        assert!(self::hole("採択通知書", &hole).contains("plan_title"));
    }
}
