-- What the virus scanner said of a file's bytes. A row exists only while scanning is set up; a file without one
-- was taken in before that.
create table file_scans (
    sha256     text primary key,
    state      text not null check (state in ('waiting', 'clean', 'infected')),
    found      text,
    queued_at  timestamptz not null default now(),
    scanned_at timestamptz
);
create index file_scans_waiting on file_scans (queued_at) where state = 'waiting';

-- A file in which something was found keeps its row and its bytes; nobody is shown them any more. The wider
-- check is added beside the old one and checked later, so that nobody waits for the table to be read.
alter table files add constraint files_state_known
    check (state in ('accepted', 'refused', 'replaced', 'removed', 'quarantined')) not valid;
alter table files drop constraint files_state_check;
