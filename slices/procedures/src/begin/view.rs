//! The pages on which the office begins a procedure.

use hojo_programme::Opener;
use hojo_web::ui::{self, Choice, Tone};
use hojo_web::{Markup, Posted, html};

use super::office::{OURS, Offer, Page};
use crate::common::post_form;

pub(super) fn list(page: &Page) -> Markup {
    let base = format!("/cases/{}/begin", page.row.public_id);
    let here =
        |opener: Opener| page.offers.iter().filter(move |offer| offer.opener == opener && offer.why_not.is_none());
    let cannot: Vec<&Offer> = page.offers.iter().filter(|offer| offer.why_not.is_some()).collect();
    html! {
        (ui::facts(&[
            ("事業者", html! { (page.row.applicant_name) }),
            ("事業計画名", html! { (page.row.title) }),
            ("状態", html! { strong { (page.standing) } }),
        ]))
        @for opener in OURS {
            section {
                h2 { (heading(opener)) }
                p { (meaning(opener)) }
                @let offers: Vec<&Offer> = here(opener).collect();
                @if offers.is_empty() { p { "今、始められるものはありません。" } }
                @for offer in offers {
                    (ui::panel(&offer.title, &html! {
                        @if offer.asked { p { (ui::chip(Tone::Warn, "始める必要があります")) } }
                        p { (offer.description) }
                        @if !offer.basis.is_empty() { p class="quiet" { "根拠：" (offer.basis) } }
                        (ui::buttons(&[ui::link_button("始める", format!("{base}?procedure={}&by={}", offer.code, opener.as_str())).outline().about(&offer.title)]))
                    }))
                }
            }
        }
        @if !cannot.is_empty() {
            (ui::disclosure("今は始められない手続とその理由", &html! {
                ul { @for offer in cannot { li { (offer.title) "（" (offer.opener.label()) "）：" (offer.why_not.as_deref().unwrap_or_default()) } } }
            }))
        }
    }
}

fn heading(opener: Opener) -> &'static str {
    match opener {
        Opener::Applicant => "事業者が始める",
        Opener::OfficeOnBehalf => "代行入力",
        Opener::Office => "事務局の発議",
        Opener::Demand => "提出を求める",
    }
}

fn meaning(opener: Opener) -> &'static str {
    match opener {
        Opener::Applicant => "",
        Opener::OfficeOnBehalf => "紙や電子メールで届いたものを、事業者に代わって入力します。",
        Opener::Office => "事務局が内容を入力します。事業者には内容は表示されず、通知書だけが届きます。",
        Opener::Demand => "事業者のマイページに期限つきの下書きを用意し、メールでお知らせします。",
    }
}

pub(super) fn form(page: &Page, offer: &Offer, typed: &Posted) -> Markup {
    let base = format!("/cases/{}/begin", page.row.public_id);
    let go = match offer.opener {
        Opener::Demand => "提出を求める",
        _ => "始めて入力する",
    };
    html! {
        p { (offer.description) }
        p { (meaning(offer.opener)) }
        (post_form(&base, &page.csrf, &html! {
            input type="hidden" name="procedure" value=(offer.code);
            input type="hidden" name="by" value=(offer.opener.as_str());
            @match offer.opener {
                Opener::OfficeOnBehalf => {
                    (ui::radios("channel", "届いた方法", vec![Choice::new("paper", "紙（郵送・持参）"), Choice::new("mail", "電子メール")])
                        .required().value(typed.get("channel")))
                    (ui::date_field("received_on", "受領日").required().value(typed.get("received_on")))
                }
                Opener::Demand => { (ui::date_field("due", "提出の期限").required().value(typed.get("due"))) }
                Opener::Applicant | Opener::Office => {}
            }
            (ui::buttons(&[ui::button(go), ui::link_button("やめる", base.clone()).outline()]))
        }))
    }
}
