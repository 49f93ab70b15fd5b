//! Who signed in, as GビズID tells it. Facts of one moment: the portal keeps each as a snapshot and overwrites no case.

use hojo_words::CorporateNumber;
use serde::{Deserialize, Serialize};
use time::Date;

/// GビズIDアカウントの種別 (`account_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// エントリー: identity not proven.
    Entry,
    /// プライム: the representative or the sole proprietor.
    Prime,
    /// メンバー: made by a prime, `parent_sub` names it.
    Member,
}

/// 事業者の種別 (`corp_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorpKind {
    /// 法人.
    Corporation,
    /// 個人事業主.
    SoleProprietor,
}

/// 都道府県: GビズID sends the JIS code or the name; both are kept resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefecture {
    /// JIS X 0401, two digits.
    pub code: String,
    pub name: String,
}

/// 氏名.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub last: Option<String>,
    pub first: Option<String>,
    pub last_kana: Option<String>,
    pub first_kana: Option<String>,
}

/// アカウント利用者: the person at the keyboard (scope `user`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: PersonName,
    /// Seven digits, no hyphen.
    pub post_code: Option<String>,
    pub prefecture: Option<Prefecture>,
    pub address1: Option<String>,
    pub address2: Option<String>,
    pub address3: Option<String>,
    pub department: Option<String>,
    pub phone: Option<String>,
    pub birthday: Option<Date>,
}

/// サインインした人と事業者. Any attribute may be missing; the account is (`issuer`, `sub`) and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub issuer: String,
    pub sub: String,
    pub kind: AccountKind,
    pub corp: Option<CorpKind>,
    /// For a member: `sub` of its prime under the same issuer.
    pub parent_sub: Option<String>,
    /// 法人番号 with a right check digit. A sole proprietor has none.
    pub corporate_number: Option<CorporateNumber>,
    /// 商号又は名称 (for a sole proprietor the trade name).
    pub name: Option<String>,
    pub name_en: Option<String>,
    pub prefecture: Option<Prefecture>,
    pub address1: Option<String>,
    pub address2: Option<String>,
    /// 代表者.
    pub representative: PersonName,
    /// 代表者の生年月日.
    pub birthday: Option<Date>,
    pub user: Person,
    /// May change: never a key.
    pub email: Option<String>,
    /// Claims that came but could not be understood (a 法人番号 with a wrong check digit, a date that is none).
    pub unread: Vec<String>,
    /// The whole userinfo answer, unknown claims included. U+0000 is replaced, because PostgreSQL cannot hold it.
    pub raw: serde_json::Value,
}
