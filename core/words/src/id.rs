//! 識別子: keys and public ids. The kernel draws the randomness; this room only shapes it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Crockford's base 32 in lower case: no i, l, o, u, so an id survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of 5: the first character carries 3 bits.
const LENGTH: usize = 26;

/// 公開識別子: an unguessable 128-bit id for addresses, shown as 26 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicId(u128);

/// Why a text is no public id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public id has 26 characters of 0-9 and a-z without i, l, o, u")]
pub struct PublicIdProblem;

impl PublicId {
    /// Takes 128 random bits drawn by the caller.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits as stored.
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// The same bits as a UUID, for a `uuid` column.
    pub const fn uuid(self) -> uuid::Uuid {
        uuid::Uuid::from_u128(self.0)
    }

    /// The id stored in a `uuid` column.
    pub const fn from_uuid(value: uuid::Uuid) -> Self {
        Self(value.as_u128())
    }
}

impl From<uuid::Uuid> for PublicId {
    fn from(value: uuid::Uuid) -> Self {
        Self::from_uuid(value)
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..LENGTH).rev() {
            let digit = usize::try_from((self.0 >> (place * 5)) & 31).unwrap_or(0);
            let character = ALPHABET.get(digit).copied().unwrap_or(b'0');
            write!(f, "{}", char::from(character))?;
        }
        Ok(())
    }
}

impl fmt::Debug for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicId({self})")
    }
}

impl FromStr for PublicId {
    type Err = PublicIdProblem;

    /// Accepts upper case too, because people retype what they were read.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != LENGTH {
            return Err(PublicIdProblem);
        }
        let mut bits: u128 = 0;
        for (place, character) in text.bytes().enumerate() {
            let lower = character.to_ascii_lowercase();
            let digit = ALPHABET.iter().position(|c| *c == lower).ok_or(PublicIdProblem)?;
            if place == 0 && digit > 7 {
                return Err(PublicIdProblem);
            }
            bits = (bits << 5) | u128::try_from(digit).map_err(|_| PublicIdProblem)?;
        }
        Ok(Self(bits))
    }
}

impl Serialize for PublicId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Defines a typed key over a UUID: `define_id!(CaseKey, "案件の鍵");`.
///
/// Two kinds of key never mix by accident; the kernel makes them (UUIDv7), core only carries them.
#[macro_export]
macro_rules! define_id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $crate::__uuid::Uuid);

        impl $name {
            /// Wraps a key that the kernel made or the database returned.
            pub const fn from_uuid(value: $crate::__uuid::Uuid) -> Self {
                Self(value)
            }

            /// The key as stored.
            pub const fn uuid(self) -> $crate::__uuid::Uuid {
                self.0
            }
        }

        impl ::std::convert::From<$crate::__uuid::Uuid> for $name {
            fn from(value: $crate::__uuid::Uuid) -> Self {
                Self(value)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::__uuid::Error;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::__uuid::Uuid::parse_str(text).map(Self)
            }
        }

        impl $crate::__serde::Serialize for $name {
            fn serialize<S: $crate::__serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> $crate::__serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::string::String as $crate::__serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(<D::Error as $crate::__serde::de::Error>::custom)
            }
        }
    };
}
