//! What follows adoption, over the pages people use: begun, filed, returned, decided by two and the agency, told.

mod beginning;
mod dues;
mod grant;
mod ground;
