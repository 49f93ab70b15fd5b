//! May this be done, and what then happened? The whole law of a case in one place.

use hojo_words::ids::StaffId;
use hojo_words::{Now, jst};
use time::{Date, Duration};

use crate::case::{Case, Position};
use crate::command::{CheckResult, Command, Party, Submission};
use crate::event::Event;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::ruling;
use crate::terms::Terms;

pub(crate) type Decision = Result<Vec<Event>, Refusal>;

/// Decides a command against a case under the terms of its edition and round.
///
/// # Errors
/// [`Refusal`] with a stable code, what is the matter and what to do. Nothing has happened then.
pub fn decide(c: &Case, by: Party, command: Command, terms: &Terms, now: Now) -> Decision {
    match command {
        Command::Submit(s) => submit(c, by, *s, terms, now),
        Command::Discard => discard(c, by),
        Command::Withdraw { reason } => withdraw(c, by, reason),
        Command::Assign { to } => assign(c, by, to),
        Command::FinishFirstCheck { submission, result, open_items, reason } => {
            first_check(c, by, submission, result, open_items, reason, terms)
        }
        Command::FinishSecondCheck { submission, agrees, reason } => second_check(c, by, submission, agrees, reason),
        Command::Return { submission, remarks, due } => return_filing(c, by, submission, remarks, due, terms, now),
        Command::FinishReview { finalised } => finish_review(c, by, finalised, terms),
        Command::Draft { submission, proposal } => ruling::draft(c, by, submission, proposal, terms),
        Command::Approve => ruling::approve(c, by, terms),
        Command::SendBack { reason } => ruling::send_back(c, by, reason),
        Command::ApproveForAgency => ruling::approve_for_agency(c, by, terms),
        Command::Decide { outcome, amount, run, reason } => take_decision(c, by, outcome, amount, run, reason, terms),
        Command::Deliver { letter, kind, number } => deliver(c, by, letter, kind, number),
        Command::Move { to, reason } => move_to(c, by, to, reason),
    }
}

fn submit(c: &Case, by: Party, s: Submission, terms: &Terms, now: Now) -> Decision {
    if !c.position.is_editable() {
        return Err(Refusal::new(
            "CASE-ALREADY-FILED",
            "この申請はすでに提出されています。",
            "提出した内容と受付番号はマイページで確認できます。",
        ));
    }
    if by == Party::System {
        return Err(wrong_party());
    }
    if c.position == Position::Draft && terms.in_round {
        in_time(by, terms, now)?;
    }
    let late_since = late_since(c, now);
    if let Some(due) = late_since
        && terms.refuse_late
        && by == Party::Applicant
    {
        return Err(Refusal::new(
            "RETURN-LATE",
            format!("再提出の期限（{}）を過ぎているため、この画面からは再提出できません。", jst::date_text(due)),
            "入力した内容は保存されています。事務局へご連絡ください。",
        ));
    }
    if s.seen != s.current {
        return Err(Refusal::new(
            "CASE-STALE",
            "確認画面を開いたあとで、申請の内容が変わっています。",
            "もう一度内容を確認してから提出してください。入力した内容は保存されています。",
        ));
    }
    if s.slips > 0 {
        return Err(Refusal::new(
            "CASE-SLIPS",
            format!("入力に誤りや不足が{}件あります。", s.slips),
            "確認画面に表示されている項目を直してください。",
        ));
    }
    if !s.stopping.is_empty() {
        return Err(Refusal::new(
            "CASE-STOPPED",
            format!("申請要件を満たしていない項目が{}件あります。", s.stopping.len()),
            "確認画面の「直す必要がある項目」を確認してください。",
        ));
    }
    if !s.missing_files.is_empty() {
        return Err(Refusal::new(
            "CASE-FILES-MISSING",
            format!("添付ファイル「{}」を保管場所で確認できませんでした。", s.missing_files.join("」「")),
            "お手数ですが、そのファイルをもう一度添付してから提出してください。下書きは保存されています。",
        ));
    }
    if !s.closed_fields_changed.is_empty() {
        return Err(Refusal::new(
            "CASE-CLOSED-FIELD",
            format!("指摘のない項目（{}）が変更されています。", s.closed_fields_changed.join("、")),
            "指摘のあった項目だけを直して再提出してください。",
        ));
    }
    if !s.unconfirmed.is_empty() {
        return Err(Refusal::new(
            "CASE-UNCONFIRMED",
            format!("確認が必要な項目が{}件あります。", s.unconfirmed.len()),
            "確認画面で内容を確かめ、「確認しました」にチェックしてください。",
        ));
    }
    let grown = matches!((c.requested, s.requested), (Some(before), Some(after)) if after > before);
    if c.submissions > 0 && grown && terms.in_round {
        return Err(Refusal::new(
            "AMOUNT-GROWS",
            "再提出では、補助金交付申請額を最初の申請より増やすことはできません。",
            "申請額が増えない範囲で直してください。",
        ));
    }
    Ok(vec![Event::Filed {
        submission: c.submissions.saturating_add(1),
        receipt: s.receipt,
        digest: s.digest,
        requested: s.requested,
        title: s.title,
        frame: s.frame,
        late_since,
        check_due: terms.check_within.and_then(|within| within.end(now.date(), &terms.calendar)),
    }])
}

/// The due date of a return that has passed; the whole day counts as in time.
#[must_use]
pub fn late_since(c: &Case, now: Now) -> Option<Date> {
    c.return_due.filter(|due| c.position == Position::Returned && *due < now.date())
}

/// Paper that reached the office in time may be typed in later; the applicant's own click may not.
fn in_time(by: Party, terms: &Terms, now: Now) -> Result<(), Refusal> {
    let at = now.utc();
    if at < terms.opens {
        return Err(Refusal::new(
            "ROUND-NOT-OPEN",
            format!("申請の受付は{}からです。", jst::jst_text(terms.opens)),
            "下書きは保存されています。受付開始後に提出してください。",
        ));
    }
    if at > terms.closes && by == Party::Applicant {
        return Err(Refusal::new(
            "ROUND-CLOSED",
            format!("申請の受付は{}に締め切りました。", jst::jst_text(terms.closes)),
            "下書きは保存されています。事情がある場合は事務局へご連絡ください。",
        ));
    }
    Ok(())
}

fn discard(c: &Case, by: Party) -> Decision {
    match (c.position, by) {
        (Position::Draft, Party::Applicant | Party::Staff(_)) => Ok(vec![Event::Discarded]),
        (Position::Draft, Party::System) => Err(wrong_party()),
        _ => Err(Refusal::new(
            "CASE-NOT-A-DRAFT",
            "提出済みの申請は破棄できません。",
            "申請をやめる場合は「取下げ」をしてください。",
        )),
    }
}

fn withdraw(c: &Case, by: Party, reason: String) -> Decision {
    need_reason(&reason)?;
    if by == Party::System {
        return Err(wrong_party());
    }
    match c.position {
        Position::Check
        | Position::SecondCheck
        | Position::Returned
        | Position::Examine
        | Position::Decide
        | Position::Approve => Ok(vec![Event::Withdrawn { reason }]),
        Position::Draft => Err(Refusal::new(
            "CASE-NOT-FILED",
            "まだ提出していない申請です。",
            "不要な下書きは「下書きを破棄」で消せます。",
        )),
        _ => Err(closed(c)),
    }
}

fn assign(c: &Case, by: Party, to: Option<StaffId>) -> Decision {
    let Party::Staff(_) = by else { return Err(wrong_party()) };
    if c.position.is_final() {
        return Err(closed(c));
    }
    if c.assigned_to == to {
        return Ok(vec![]);
    }
    Ok(vec![Event::Assigned { to }])
}

fn first_check(
    c: &Case,
    by: Party,
    submission: u32,
    result: CheckResult,
    open_items: u32,
    reason: String,
    terms: &Terms,
) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_position(c, Position::Check)?;
    need_submission(c, submission)?;
    if open_items > 0 {
        return Err(Refusal::new(
            "CHECK-ITEMS-OPEN",
            format!("チェックリストに未確認の項目が{open_items}件あります。"),
            "すべての項目を確認してから完了してください。",
        ));
    }
    if result == CheckResult::Excluded {
        if !terms.outcomes.contains_key(Outcome::EXCLUDED.code()) {
            return Err(Refusal::new(
                "CHECK-NO-EXCLUSION",
                "この手続には「審査対象外」がありません。",
                "差し戻すか、確認を終えて決定の段階で判断してください。",
            ));
        }
        need_reason(&reason)?;
    }
    Ok(vec![Event::FirstCheckFinished { submission, by, result, reason }])
}

fn second_check(c: &Case, by: Party, submission: u32, agrees: bool, reason: String) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_position(c, Position::SecondCheck)?;
    need_submission(c, submission)?;
    if c.first_check.as_ref().is_some_and(|f| f.by == by) {
        return Err(Refusal::new(
            "CHECK-SAME-PERSON",
            "一次の形式確認をした人は、二次の形式確認をできません。",
            "別の担当者に割り当ててください。",
        ));
    }
    if !agrees {
        need_reason(&reason)?;
    }
    Ok(vec![Event::SecondCheckFinished { submission, by, agrees, reason }])
}

fn return_filing(c: &Case, by: Party, submission: u32, remarks: u32, due: Date, terms: &Terms, now: Now) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    if !matches!(c.position, Position::Check | Position::SecondCheck) {
        return Err(wrong_position(c));
    }
    need_submission(c, submission)?;
    if remarks == 0 {
        return Err(Refusal::new(
            "RETURN-NO-REMARK",
            "差戻しには、項目に付けた指摘が1件以上必要です。",
            "直してほしい項目に指摘を付けてから差し戻してください。",
        ));
    }
    let today = now.date();
    let latest = today.saturating_add(Duration::days(i64::from(terms.return_days)));
    if due <= today || due > latest {
        return Err(Refusal::new(
            "RETURN-DUE",
            "差戻しの期限が正しくありません。",
            format!("明日から{}までの日付にしてください。", jst::date_text(latest)),
        ));
    }
    Ok(vec![Event::Returned { submission, by, remarks, due }])
}

fn finish_review(c: &Case, by: Party, finalised: u32, terms: &Terms) -> Decision {
    if by != Party::System {
        return Err(wrong_party());
    }
    need_position(c, Position::Examine)?;
    if finalised < terms.reviewers {
        return Err(Refusal::new(
            "REVIEW-INCOMPLETE",
            format!("確定した採点は{finalised}件です（{}件必要）。", terms.reviewers),
            "残りの審査員の確定をお待ちください。",
        ));
    }
    Ok(vec![Event::ReviewFinished { finalised }])
}

fn take_decision(
    c: &Case,
    by: Party,
    outcome: Outcome,
    amount: Option<i64>,
    run: String,
    reason: String,
    terms: &Terms,
) -> Decision {
    let Party::Staff(_) = by else { return Err(wrong_party()) };
    need_position(c, Position::Decide)?;
    if !terms.decide_through_run {
        return Err(Refusal::new(
            "DECIDE-DRAFT-FIRST",
            "この手続の決定は、起案から始めます。",
            "案件の画面で起案してください。決裁が必要な場合は、別の人に依頼してください。",
        ));
    }
    if run.is_empty() {
        return Err(Refusal::new(
            "DECIDE-WITHOUT-RUN",
            "採否は、確定した採択シミュレーションから決定します。",
            "採択シミュレーションを実行し、確定してください。",
        ));
    }
    need_reason(&reason)?;
    let deciding = terms.outcomes.get(outcome.code());
    if deciding.is_none() {
        return Err(Refusal::new(
            "OUTCOME-UNKNOWN",
            "この手続にない決定です。",
            "画面を開き直し、決定の種類を選び直してください。",
        ));
    }
    let amount = if deciding.is_some_and(|o| o.amount) {
        let requested = c.requested.unwrap_or(0);
        let amount = amount.unwrap_or(requested);
        if amount <= 0 || amount > requested {
            return Err(Refusal::new(
                "AMOUNT-GROWS",
                "採択額は、申請額以下の正の金額でなければなりません。",
                "金額を確認してください。",
            ));
        }
        Some(amount)
    } else {
        None
    };
    let label = deciding.map(|o| o.label.clone()).unwrap_or_default();
    Ok(vec![Event::Decided { outcome, amount, run, reason, conditions: vec![], label }])
}

fn deliver(c: &Case, by: Party, letter: String, letter_kind: String, number: String) -> Decision {
    if by != Party::System {
        return Err(wrong_party());
    }
    if c.position == Position::Discarded {
        return Err(closed(c));
    }
    Ok(vec![Event::LetterDelivered { letter, letter_kind, number }])
}

/// For irregular cases only: never out of a final position, never past a decision.
fn move_to(c: &Case, by: Party, to: Position, reason: String) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_reason(&reason)?;
    let movable = |p| {
        matches!(p, Position::Check | Position::SecondCheck | Position::Returned | Position::Examine | Position::Decide)
    };
    if !movable(c.position) || !movable(to) || c.position == to {
        return Err(Refusal::new(
            "MOVE-NOT-POSSIBLE",
            format!("「{}」から「{}」へは動かせません。", c.position.label(), to.label()),
            "受付後、採否決定前の工程の間でだけ動かせます。",
        ));
    }
    if to == Position::SecondCheck && c.first_check.is_none() {
        return Err(Refusal::new(
            "MOVE-NOT-POSSIBLE",
            "一次の形式確認が済んでいません。",
            "先に一次の形式確認を行ってください。",
        ));
    }
    Ok(vec![Event::Moved { from: c.position, to, by, reason }])
}

pub(crate) fn need_position(c: &Case, wanted: Position) -> Result<(), Refusal> {
    if c.position == wanted { Ok(()) } else { Err(wrong_position(c)) }
}

pub(crate) fn need_submission(c: &Case, submission: u32) -> Result<(), Refusal> {
    if c.submissions == submission {
        return Ok(());
    }
    Err(Refusal::new(
        "CASE-STALE",
        "画面を開いたあとで、この申請は再提出されています。",
        "最新の内容を開き直してください。",
    ))
}

pub(crate) fn need_reason(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::new("REASON-MISSING", "理由が入力されていません。", "理由を入力してください。"));
    }
    Ok(())
}

pub(crate) fn wrong_position(c: &Case) -> Refusal {
    Refusal::new(
        "CASE-WRONG-POSITION",
        format!("この案件は現在「{}」のため、この操作はできません。", c.position.label()),
        "案件の画面を開き直して、現在の工程を確認してください。",
    )
}

fn closed(c: &Case) -> Refusal {
    Refusal::new(
        "CASE-CLOSED",
        format!("この案件は「{}」で終わっています。", c.position.label()),
        "必要な場合は事務局の管理者に相談してください。",
    )
}

pub(crate) fn wrong_party() -> Refusal {
    Refusal::new("CASE-WRONG-PARTY", "この操作をする立場ではありません。", "担当の人に依頼してください。")
}
