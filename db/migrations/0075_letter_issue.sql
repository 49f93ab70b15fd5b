-- まとめて発行: letters that wait to be issued together, who issued them, and letters that stand in place of another one.
create table letter_batches (
    id           uuid primary key,
    -- Made by the page before it is confirmed, so that a second click finds the first.
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null references rounds (id),
    kind         text not null,
    title        text not null,
    letters      int not null,
    issued_by    uuid not null,
    issued_at    timestamptz not null
);
create index letter_batches_by_round on letter_batches (round_id, issued_at);

-- 発行の保留: while a row stands here, the letters of this procedure's decisions wait until somebody issues them together.
create table letter_holds (
    round_id  uuid not null references rounds (id),
    procedure text not null,
    held_by   uuid not null,
    held_at   timestamptz not null,
    primary key (round_id, procedure)
);

alter table letters
    add column batch_id    uuid references letter_batches (id),
    -- 訂正・再交付: the letter this one stands in place of, and why.
    add column replaces_id uuid references letters (id),
    add column reason      text;
create index letters_of_batch on letters (batch_id) where batch_id is not null;
create index letters_replacing on letters (replaces_id) where replaces_id is not null;
create index letters_held on letters (round_id, kind) where state = 'held';

alter table letters drop constraint letters_state_check;
alter table letters add constraint letters_state_check check (state in ('held', 'due', 'sealed', 'delivered', 'stuck')) not valid;
alter table letters validate constraint letters_state_check;
