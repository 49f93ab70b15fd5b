-- Contract step: nothing ever wrote keys here. A second press is recognised by what it would do again: a case is
-- submitted under its lock and a submission knows its receipt, a job carries its key, a letter its cause.
-- A worker of the version before logs one failed tidying-up a day until it is replaced, and loses nothing.
drop table idempotency;
