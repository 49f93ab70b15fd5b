//! 利益相反: does a reviewer's tie touch the case? Compared generously: a false alarm costs one
//! other reviewer, a miss costs the fairness of the review.

use hojo_words::text::{comparison_key, is_hyphen};
use serde::{Deserialize, Serialize};

use super::CaseNeed;

/// 関係の種別.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieKind {
    /// 勤務先
    Employer,
    /// 顧問先・取引先
    Client,
    /// 認定経営革新等支援機関
    SupportBody,
    /// 都道府県
    Prefecture,
}

/// 審査員の関係: a name, a 法人番号, a 支援機関ID or a prefecture's code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tie {
    pub kind: TieKind,
    pub value: String,
}

/// 事業計画書作成支援者.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Supporter {
    /// Names: the body, the person.
    pub names: Vec<String>,
    /// 認定経営革新等支援機関ID.
    pub certified_id: Option<String>,
}

/// What met what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    Applicant { tie: TieKind, value: String },
    Supporter { tie: TieKind, value: String },
    Prefecture { value: String },
}

impl TieKind {
    pub const ALL: [Self; 4] = [Self::Employer, Self::Client, Self::SupportBody, Self::Prefecture];

    /// The stable code kept in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::Client => "client",
            Self::SupportBody => "support_body",
            Self::Prefecture => "prefecture",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Employer => "勤務先",
            Self::Client => "顧問先・取引先",
            Self::SupportBody => "所属する認定支援機関",
            Self::Prefecture => "地域（都道府県）",
        }
    }
}

impl Conflict {
    /// For the office: the reason of a refusal.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Applicant { tie, value } => format!("審査員の{}「{value}」が申請者と一致します。", tie.label()),
            Self::Supporter { tie, value } => {
                format!("審査員の{}「{value}」が事業計画書作成支援者と一致します。", tie.label())
            }
            Self::Prefecture { value } => format!("審査員が担当しない都道府県（{value}）の案件です。"),
        }
    }
}

/// The first conflict between a case and a reviewer's ties, in the order of the ties.
#[must_use]
pub fn conflict(case: &CaseNeed, ties: &[Tie]) -> Option<Conflict> {
    ties.iter().find_map(|tie| meets(case, tie))
}

fn meets(case: &CaseNeed, tie: &Tie) -> Option<Conflict> {
    if tie.kind == TieKind::Prefecture {
        let same = !case.prefecture.is_empty() && comparison_key(&tie.value) == comparison_key(&case.prefecture);
        return same.then(|| Conflict::Prefecture { value: tie.value.clone() });
    }
    let (kind, value) = (tie.kind, tie.value.clone());
    if same_number(&tie.value, case.number.as_deref()) || case.names.iter().any(|n| same_name(&tie.value, n)) {
        return Some(Conflict::Applicant { tie: kind, value });
    }
    let supporter = case.supporters.iter().any(|s| {
        same_number(&tie.value, s.certified_id.as_deref()) || s.names.iter().any(|n| same_name(&tie.value, n))
    });
    supporter.then_some(Conflict::Supporter { tie: kind, value })
}

fn same_number(a: &str, b: Option<&str>) -> bool {
    let digits = |text: &str| -> String { comparison_key(text).chars().filter(|c| !is_hyphen(*c)).collect() };
    b.is_some_and(|b| {
        let (a, b) = (digits(a), digits(b));
        !a.is_empty() && a.bytes().all(|c| c.is_ascii_digit()) && a == b
    })
}

/// Forms of a company's name that people leave out or shorten.
const FORMS: [&str; 12] = [
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "(株)",
    "(有)",
    "(同)",
    "(資)",
    "(名)",
    "税理士法人",
    "監査法人",
];

fn same_name(a: &str, b: &str) -> bool {
    let bare = |text: &str| -> String {
        let mut key = comparison_key(text);
        for form in FORMS {
            key = key.replace(form, "");
        }
        key
    };
    let a = bare(a);
    !a.is_empty() && a == bare(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> CaseNeed {
        CaseNeed {
            key: "c".into(),
            names: vec!["株式会社みほん製作所".into(), "見本 太郎".into()],
            number: Some("7000012050002".into()),
            prefecture: "13".into(),
            supporters: vec![Supporter {
                names: vec!["山田経営事務所".into()],
                certified_id: Some("104413001234".into()),
            }],
            ..CaseNeed::default()
        }
    }

    fn met(kind: TieKind, value: &str) -> bool {
        conflict(&case(), &[Tie { kind, value: value.into() }]).is_some()
    }

    #[test]
    fn ways_of_writing_one_name_are_one_name() {
        for same in [
            "みほん製作所",
            "㈱みほん製作所",
            "みほん製作所（株）",
            "ミホン製作所 株式会社",
            "７０００－０１２０５０００２",
            "見本太郎",
        ] {
            assert!(met(TieKind::Employer, same), "{same}");
        }
        for other in ["みほん製作", "株式会社", "", "7000012050003"] {
            assert!(!met(TieKind::Client, other), "{other}");
        }
    }

    #[test]
    fn supporters_and_prefectures_are_ties_too() {
        assert!(met(TieKind::SupportBody, "1044-1300-1234"));
        assert!(met(TieKind::Employer, "山田経営事務所"));
        assert!(met(TieKind::Prefecture, "13"));
        assert!(!met(TieKind::Prefecture, "27"));
        assert!(!met(TieKind::SupportBody, "13"), "a prefecture's code is no support body");
        let nowhere = CaseNeed::default();
        assert_eq!(conflict(&nowhere, &[Tie { kind: TieKind::Prefecture, value: String::new() }]), None);
    }
}
