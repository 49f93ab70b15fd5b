//! What was just done, carried in the address as a word of a closed list (never as free text).

use hojo_web::ui::{self, Banner, Tone};

/// The banner for `?done=word` or `?done=word-12`; nothing for words nobody knows.
pub fn banner(done: &str) -> Option<Banner> {
    let (word, count) = match done.rsplit_once('-') {
        Some((word, n)) => (word, n.parse::<u32>().ok()?),
        None => (done, 0),
    };
    let words = match word {
        "claimed" => format!("{count}件の担当になりました"),
        "assigned" => format!("{count}件の担当者を変更しました"),
        "checked" => "一次の形式確認を完了しました".to_owned(),
        "agreed" => "二次の形式確認を完了しました".to_owned(),
        "sentback" => "一次の形式確認へ戻しました".to_owned(),
        "returned" => "差戻しを送りました".to_owned(),
        "moved" => "工程を動かしました".to_owned(),
        "withdrawn" => "取下げを記録しました".to_owned(),
        "saved" => "保存しました".to_owned(),
        "remarked" => "指摘を追加しました".to_owned(),
        "allowed" => "後出しの指摘を承認しました".to_owned(),
        "dropped" => "指摘を取り消しました".to_owned(),
        "proposed" => "起案しました。別の人の承認を待っています".to_owned(),
        "approved" => "承認しました。すぐに有効になります".to_owned(),
        "refused" => "起案を却下しました".to_owned(),
        "scheduled" => "承認しました。適用の日時に切り替わります".to_owned(),
        "ended" => "引下げを終了しました".to_owned(),
        _ => return None,
    };
    Some(ui::banner(Tone::Success, words).announce())
}

#[cfg(test)]
mod tests {
    use super::banner;
    use hojo_web::html;

    #[test]
    fn only_known_words_are_said() {
        assert!(html! { (banner("claimed-3").expect("known")) }.into_string().contains("3件の担当"));
        assert!(banner("<script>").is_none());
        assert!(banner("claimed-x").is_none());
    }
}
