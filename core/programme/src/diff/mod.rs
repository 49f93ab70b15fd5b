//! 版の違い in words an officer reads: one sentence per change, from the general to the particular.

pub(crate) mod form;
mod life;
mod round;
mod rules;

use crate::model::edition::Edition;
use serde::Serialize;

/// 変更点.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// 部分: 日程, 選択肢, 判定表, 様式, 規則, 通知書, 流れ, …
    pub area: String,
    /// The procedure it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    /// One sentence.
    pub text: String,
}

/// Collects changes.
#[derive(Default)]
struct Changes {
    list: Vec<Change>,
    procedure: Option<String>,
}

impl Changes {
    fn say(&mut self, area: &str, text: String) {
        self.list.push(Change { area: area.to_owned(), procedure: self.procedure.clone(), text });
    }

    /// 「…」を「a」から「b」に変更.
    fn changed(&mut self, area: &str, what: &str, old: &str, new: &str) {
        if old == new {
            return;
        }
        let text = match (old, new) {
            ("", new) => format!("{what}を追加：「{}」", short(new)),
            (old, "") => format!("{what}を削除（これまで「{}」）", short(old)),
            (old, new) => format!("{what}を「{}」から「{}」に変更", short(old), short(new)),
        };
        self.say(area, text);
    }
}

/// Long texts are cut: the sentence is a pointer, the files have the rest.
fn short(text: &str) -> String {
    const LONGEST: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        line
    } else {
        format!("{}…", line.chars().take(LONGEST).collect::<String>())
    }
}

/// What changed from `old` to `new`; empty when nothing a person could notice did.
pub fn diff(old: &Edition, new: &Edition) -> Vec<Change> {
    let mut changes = Changes::default();
    round::edition(&mut changes, old, new);
    life::edition(&mut changes, old, new);
    for (code, before) in &old.procedures {
        match new.procedures.get(code) {
            None => changes.say("手続", format!("手続「{}」を廃止", before.title)),
            Some(after) => {
                changes.procedure = Some(code.clone());
                changes.changed("手続", "手続の名称", &before.title, &after.title);
                let field = |name: &Option<String>| name.clone().unwrap_or_default();
                changes.changed("手続", "案件名にする項目", &field(&before.names.title), &field(&after.names.title));
                changes.changed("手続", "申請枠にする項目", &field(&before.names.frame), &field(&after.names.frame));
                form::form(&mut changes, &before.form, &after.form);
                rules::rules(&mut changes, &before.rules, &after.rules);
                life::starts(&mut changes, (old, before), (new, after));
                rules::flow(&mut changes, &before.flow, &after.flow);
                life::effects(&mut changes, (old, before), (new, after));
                rules::sheets(&mut changes, before, after);
                rules::letters(&mut changes, before, after);
                changes.procedure = None;
            }
        }
    }
    for (code, after) in &new.procedures {
        if !old.procedures.contains_key(code) {
            changes.say("手続", format!("手続「{}」を新設", after.title));
        }
    }
    changes.list
}
