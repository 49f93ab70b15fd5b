-- 後出しの指摘: a remark on an answer that an earlier check let pass and the applicant did not change. It says why it
-- comes only now, and goes out when a second person has allowed it.
set lock_timeout = '5s';

alter table remarks
    add column afterthought boolean not null default false,
    add column grounds      text not null default '',
    add column allowed_by   uuid references staff (id),
    add column allowed_at   timestamptz;
alter table remarks add constraint remarks_allowed_by_another check (allowed_by is null or allowed_by <> written_by) not valid;
alter table remarks validate constraint remarks_allowed_by_another;
-- 差戻しの原因: which places remarks were sent for, by edition.
create index remarks_sent on remarks (round_id, target) where state in ('sent', 'mended');
