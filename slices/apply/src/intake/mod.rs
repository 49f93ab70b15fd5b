//! 代理受付: an application that came on paper or by mail is taken in by the office and goes the regular way.

mod applicant;
mod form;
mod take;

pub(crate) use form::show;
pub(crate) use take::take;
