//! Small things several pages of this slice need.

mod address;
mod record;
mod round;

use hojo_access::Actor;
use hojo_web::Fault;
use hojo_web::ui::{self, Banner, Tone};
use hojo_words::Number;
use hojo_words::ids::StaffId;

pub use address::Address;
pub use record::{Opened, open, selecting};
pub use round::{Round, Rounds, pick, round_filter};

/// The person acting. Only signed-in people of the office reach these pages.
pub fn me(actor: &Actor) -> Result<StaffId, Fault> {
    match actor {
        Actor::Staff(s) | Actor::Reviewer(s) => Ok(s.staff),
        Actor::Anyone | Actor::Applicant(_) | Actor::Worker => Err(Fault::NotFound),
    }
}

/// Points as people read them: at most two decimals, cut off.
pub fn points(n: Number) -> String {
    n.to_decimal(2)
}

/// The word for a frame's key; the key itself where the edition does not know it.
pub fn frame(edition: &hojo_programme::Edition, key: &str) -> String {
    edition.frame(key)
}

/// What was just done, as a word of a closed list in the address (never free text).
pub fn done(word: &str) -> Option<Banner> {
    let words = match word {
        "tied" => "関係を登録しました",
        "untied" => "関係を削除しました",
        "capacity" => "担当件数の上限を変更しました",
        "assigned" => "審査員を割り当てました",
        "withdrawn" => "割当てを解除しました",
        "automatic" => "自動割当てを確定しました",
        "ruled" => "加点・減点を保存しました",
        "made" => "シミュレーションを保存しました",
        "committed" => "採択を確定しました。決定と通知書の発行を順に進めています",
        "recused" => "利益相反を申告しました。この案件の担当から外れました",
        "declared" => "利益相反がないことを記録しました",
        "saved" => "保存しました",
        "finalised" => "採点を確定しました",
        _ => return None,
    };
    Some(ui::banner(Tone::Success, words).announce())
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_known_words_are_said() {
        assert!(super::done("saved").is_some());
        assert!(super::done("<b>").is_none());
    }
}
