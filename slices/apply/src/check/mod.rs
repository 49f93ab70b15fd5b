//! 確認画面: every answer, what must be mended, what must be looked at again, and the declaration.

mod page;

use hojo_access::Access;
use hojo_db::Mode;
use hojo_web::{Cx, Fault, Reply};

pub(crate) use page::{Asked, draw};

use crate::desk;

pub(crate) async fn show<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    if !desk.is_editable() {
        return Ok(Reply::see_other(&desk.way.base()));
    }
    let terms = desk.terms(&mut tx).await?;
    // What will be refused whatever is typed is said before anybody presses.
    let refusal = desk.in_its_time(&mut tx).await?.err();
    let page = draw(&cx, &mut tx, &desk, &terms, &Asked { refusal, ..Asked::default() }).await?;
    desk::seen(&cx, tx, &desk).await?;
    Ok(Reply::page(&page))
}
