-- Where log rows go while the disk of the logs is full: beside the business data, so that work goes on. A worker takes
-- them into the logs when there is room (docs/decisions/0007-log-overflow.md). `number` keeps the order in which they
-- were written; `xid` tells of the transaction that wrote them and is not taken along.
create table operation_log_overflow (
    like operation_log including defaults,
    number bigint generated always as identity primary key
);
create table access_log_overflow (
    like access_log including defaults,
    number bigint generated always as identity primary key
);

-- A row leaves only when the log has the same one; it is never changed.
create function log_overflow_stays() returns trigger language plpgsql as $$
declare kept boolean := false;
begin
    if tg_op = 'DELETE' and tg_table_name = 'operation_log_overflow' then
        select to_jsonb(l) - 'xid' = to_jsonb(old) - 'xid' - 'number' into kept
        from operation_log l where l.at = old.at and l.id = old.id;
    elsif tg_op = 'DELETE' and tg_table_name = 'access_log_overflow' then
        select to_jsonb(l) - 'xid' = to_jsonb(old) - 'xid' - 'number' into kept
        from access_log l where l.at = old.at and l.id = old.id;
    end if;
    if kept then
        return old;
    end if;
    raise exception 'rows of % are never changed, and leave only into the log', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger stays before update or delete on operation_log_overflow for each row execute function log_overflow_stays();
create trigger stays before update or delete on access_log_overflow for each row execute function log_overflow_stays();
create trigger whole before truncate on operation_log_overflow for each statement execute function log_overflow_stays();
create trigger whole before truncate on access_log_overflow for each statement execute function log_overflow_stays();
