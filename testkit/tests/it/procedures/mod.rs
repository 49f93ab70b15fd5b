//! What follows adoption, over the pages people use: begun, filed, returned, decided by two and the agency, told.

mod account;
mod adoption;
mod beginning;
mod dues;
mod ending;
mod execution;
mod grant;
mod ground;
mod journeys;
mod meanwhile;
mod payment;
mod property;
mod reports;
mod stage;
mod story;
mod succession;
mod typed;
