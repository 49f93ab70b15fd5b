//! Everybody who may sign in at the office, and who could not yet.

use hojo_access::allow;
use hojo_web::ui::{self, column, data_table};
use hojo_web::{Cx, Fault, Reply, html};
use hojo_words::ids::PublicId;

use super::kind_words;

pub(super) async fn list(cx: Cx<allow::ManagePeople>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let rows = sqlx::query!(
        r#"select f.public_id, f.login, f.name, f.kind, f.disabled_at is not null as "closed!",
                  array(select r.label from staff_roles sr join roles r on r.code = sr.role where sr.staff_id = f.id order by 1) as "roles!",
                  exists (select from invitations i where i.staff_id = f.id and i.kind = 'first' and i.used_at is null and i.cancelled_at is null) as "invited!",
                  exists (select from invitations i where i.staff_id = f.id and i.kind = 'recovery' and i.approved_at is null and i.cancelled_at is null) as "waits!"
           from staff f order by f.disabled_at is not null, f.kind desc, f.login"#
    )
    .fetch_all(tx.sql())
    .await?;
    tx.commit().await?;
    let head = vec![column("氏名"), column("ログインID"), column("区分"), column("役割"), column("状態")];
    let mut table = data_table("職員・審査員", head).quiet_caption();
    for r in rows {
        table = table.row(vec![
            html! { a href={ "/people/" (PublicId::from_uuid(r.public_id)) } { (r.name) } },
            html! { (r.login) },
            html! { (kind_words(&r.kind)) },
            html! { (r.roles.join("、")) },
            html! {
                @if r.closed { (ui::plain_chip("停止")) }
                @else if r.waits { (ui::chip(ui::Tone::Warn, "再設定の承認待ち")) }
                @else if r.invited { (ui::chip(ui::Tone::Info, "招待中")) }
                @else { (ui::chip(ui::Tone::Success, "利用中")) }
            },
        ]);
    }
    let body = html! {
        (ui::buttons(&[ui::link_button("招待する", "/people/new")]))
        (table)
    };
    Ok(Reply::page(&cx.page("職員・審査員", body).wide()))
}
