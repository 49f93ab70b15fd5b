//! Names of lanes and kinds of jobs. A kind nobody named is shown by its code.

pub fn lane(code: &str) -> &str {
    match code {
        "letters" => "通知書",
        "mail" => "メール",
        "cases" => "案件",
        other => other,
    }
}

pub fn kind(code: &str) -> &str {
    match code {
        "letter" => "通知書を作成する",
        "application_copy" => "申請書の控えを作成する",
        "deliver_letter" => "通知書を交付する",
        "mail" => "メールを送る",
        "finish_review" => "審査の完了を記録する",
        "decide" => "採否を記録する",
        other => other,
    }
}

/// 「3分12秒」; how long something has waited.
pub fn age(seconds: i64) -> String {
    let s = seconds.max(0);
    let (days, hours, minutes) = (s / 86_400, s / 3_600 % 24, s / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{s}秒"),
        (0, 0, m) => format!("{m}分{}秒", s % 60),
        (0, h, m) => format!("{h}時間{m}分"),
        (d, h, _) => format!("{d}日{h}時間"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_in_two_units() {
        for (seconds, words) in [(-5, "0秒"), (59, "59秒"), (192, "3分12秒"), (3_660, "1時間1分"), (90_000, "1日1時間")]
        {
            assert_eq!(age(seconds), words);
        }
    }

    #[test]
    fn an_unknown_kind_keeps_its_code() {
        assert_eq!(kind("adopt_all"), "adopt_all");
        for l in hojo_jobs::Lane::ALL {
            assert_ne!(lane(l.code()), l.code());
        }
    }
}
