-- The watch may ask for a factor: until one was shown after this moment, the session opens no page.
alter table sessions add column asked_at timestamptz;

-- Accounts of applicants and machines of the API are cut off at once too, with a reason, like people of the office.
alter table cuts
    add column account_id uuid references accounts (id),
    add column gateway_id uuid references vpn_gateways (id);
alter table cuts
    drop constraint cuts_kind_check,
    drop constraint cuts_check,
    add constraint cuts_kind check (kind in ('person', 'address', 'account', 'gateway')) not valid,
    add constraint cuts_whom check (
        (kind = 'person') = (staff_id is not null) and (kind = 'address') = (address is not null)
        and (kind = 'account') = (account_id is not null) and (kind = 'gateway') = (gateway_id is not null)) not valid;
alter table cuts validate constraint cuts_kind;
alter table cuts validate constraint cuts_whom;
create index cuts_of_account on cuts (account_id) where lifted_at is null;
create index cuts_of_gateway on cuts (gateway_id) where lifted_at is null;

-- A closed account is opened again by two people, as lost factors are: proposed by one, approved by another.
alter table invitations drop constraint invitations_kind_check,
    add constraint invitations_kind check (kind in ('first', 'recovery', 'reopen')) not valid;
alter table invitations validate constraint invitations_kind;
