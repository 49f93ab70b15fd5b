//! 招待: an account without any factor, and a mail with a one-use link to set them. Nobody gives a role
//! that can do more than they can themselves; reviewers' roles are of another kind and always may be given.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx, random};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::ui::{self, Choice, Problem};
use hojo_web::{Cx, Fault, Posted, Reply, html};
use serde_json::json;
use uuid::Uuid;

use super::{find, mail};

struct Role {
    code: String,
    label: String,
    permissions: Vec<String>,
}

/// Roles this administrator may give.
async fn roles(cx: &Cx<allow::ManagePeople>, tx: &mut Tx) -> Result<Vec<Role>, Fault> {
    let all = sqlx::query_as!(
        Role,
        r#"select r.code, r.label, array(select permission from role_permissions p where p.role = r.code) as "permissions!"
           from roles r order by r.code"#
    )
    .fetch_all(tx.sql())
    .await?;
    let may = |code: &String| {
        Permission::from_code(code)
            .is_none_or(|p| p.audience() == hojo_access::Audience::Reviewer || cx.actor().holds_everywhere(p))
    };
    Ok(all.into_iter().filter(|r| r.permissions.iter().all(may)).collect())
}

fn page(cx: &Cx<allow::ManagePeople>, roles: &[Role], typed: &Posted) -> ui::Shell {
    let choices = roles.iter().map(|r| Choice::new(r.code.clone(), r.label.clone())).collect();
    let body = html! {
        p { "招待すると、本人に案内のメールが届きます。メールのリンクから、本人がパスキーまたはパスワードと認証アプリを設定します。" }
        form class="form" method="post" action="/people/new" novalidate {
            (ui::csrf_field(&cx.csrf()))
            (ui::radios("kind", "区分", vec![Choice::new("staff", "事務局職員"), Choice::new("reviewer", "外部審査員")])
                .required().value(typed.get("kind")))
            (ui::text_field("name", "氏名").required().value(typed.get("name")))
            (ui::text_field("login", "ログインID").required().value(typed.get("login"))
                .hint("半角の英小文字、数字、ハイフン、ドットで3〜40文字。後から変更できません。"))
            (ui::text_field("email", "メールアドレス").required().value(typed.get("email")).autocomplete("off"))
            (ui::text_field("organisation", "所属").optional().value(typed.get("organisation")))
            (ui::checks("role", "役割", choices).required()
                .values(typed.all("role").into_iter().map(str::to_owned).collect())
                .hint("ご自分の権限を超える役割は表示されません。"))
            (ui::buttons(&[ui::button("招待する"), ui::link_button("やめる", "/people").outline()]))
        }
    };
    cx.page("職員・審査員を招待する", body).breadcrumb(vec![("職員・審査員".into(), "/people".into())])
}

pub(super) async fn form(cx: Cx<allow::ManagePeople>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let roles = roles(&cx, &mut tx).await?;
    tx.commit().await?;
    Ok(Reply::page(&page(&cx, &roles, &Posted::default())))
}

pub(super) async fn invite(cx: Cx<allow::ManagePeople>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let roles = roles(&cx, &mut tx).await?;
    let problems = problems(&mut tx, &roles, &posted).await?;
    if !problems.is_empty() {
        tx.commit().await?;
        return Ok(Reply::refused(&page(&cx, &roles, &posted).problems(problems)));
    }
    let (id, public_id) = (random::key(), random::public_id());
    let organisation = Some(posted.get("organisation").trim()).filter(|o| !o.is_empty());
    sqlx::query!(
        "insert into staff (id, public_id, login, name, kind, email, organisation) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        public_id.uuid(),
        posted.get("login").trim(),
        posted.get("name").trim(),
        posted.get("kind"),
        posted.get("email").trim(),
        organisation
    )
    .execute(tx.sql())
    .await?;
    let given: Vec<String> = posted.all("role").into_iter().map(str::to_owned).collect();
    sqlx::query!("insert into staff_roles (staff_id, role) select $1, unnest($2::text[])", id, &given)
        .execute(tx.sql())
        .await?;
    send(&cx, &mut tx, id).await?;
    let detail = json!({ "what": "invited", "kind": posted.get("kind"), "role": given });
    let object = format!("login:{}", posted.get("login").trim());
    tx.log_operation(&cx.audit(), Permission::ManagePeople, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/people/{public_id}?done=invited")))
}

async fn send(cx: &Cx<allow::ManagePeople>, tx: &mut Tx, staff: Uuid) -> Result<(), Fault> {
    let invitation = random::key();
    sqlx::query!(
        "insert into invitations (id, public_id, staff_id, kind, made_by, made_at) values ($1, $2, $3, 'first', $4, clock_timestamp())",
        invitation,
        random::public_id().uuid(),
        staff,
        cx.actor().id()
    )
    .execute(tx.sql())
    .await?;
    let job = NewJob::new(Lane::Mail, mail::KIND, json!({ "invitation": invitation })).once(invitation.to_string());
    Ok(enqueue(tx, job).await?)
}

async fn problems(tx: &mut Tx, roles: &[Role], posted: &Posted) -> Result<Vec<Problem>, Fault> {
    let mut all = Vec::new();
    let (name, login, email) = (posted.get("name").trim(), posted.get("login").trim(), posted.get("email").trim());
    if !matches!(posted.get("kind"), "staff" | "reviewer") {
        all.push(Problem::at("kind", "区分を選んでください。"));
    }
    if name.is_empty() || name.chars().count() > 60 || hojo_words::text::check_printable(name).is_err() {
        all.push(Problem::at("name", "氏名を60文字以内で入力してください。"));
    }
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    if !(3..=40).contains(&login.chars().count()) || !login.chars().all(fine) {
        all.push(Problem::at(
            "login",
            "ログインIDは、半角の英小文字、数字、ハイフン、ドットで3〜40文字にしてください。",
        ));
    } else {
        let taken = sqlx::query!(r#"select exists (select from staff where login = $1) as "taken!""#, login)
            .fetch_one(tx.sql())
            .await?
            .taken;
        if taken {
            all.push(Problem::at("login", "このログインIDは使われています。別のログインIDにしてください。"));
        }
    }
    let parts = email.split_once('@');
    let odd = email.chars().any(|c| c.is_whitespace() || c.is_control() || !c.is_ascii());
    if email.len() > 254 || odd || !parts.is_some_and(|(a, b)| !a.is_empty() && b.contains('.') && !b.contains('@')) {
        all.push(Problem::at("email", "メールアドレスを正しく入力してください（例：taro@example.jp）。"));
    }
    let given = posted.all("role");
    if given.is_empty() || given.iter().any(|g| roles.iter().all(|r| r.code != *g)) {
        all.push(Problem::at("role", "役割を1つ以上選んでください。"));
    }
    Ok(all)
}

/// The link ran out or the mail never came: another one, and the first is worth nothing.
pub(super) async fn again(cx: Cx<allow::ManagePeople>, _: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let who = find(&cx, &mut tx).await?;
    let open = sqlx::query!(
        "update invitations set cancelled_at = clock_timestamp()
         where staff_id = $1 and kind = 'first' and used_at is null and cancelled_at is null",
        who.id
    )
    .execute(tx.sql())
    .await?;
    if open.rows_affected() == 0 || who.disabled_at.is_some() {
        return Err(Fault::NotFound);
    }
    send(&cx, &mut tx, who.id).await?;
    let object = format!("login:{}", who.login);
    let detail = json!({ "what": "invited-again" });
    tx.log_operation(&cx.audit(), Permission::ManagePeople, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/people/{}?done=invited", who.public_id)))
}
