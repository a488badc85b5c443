//! The bytes: requests and answers, as binary protobuf or as JSON, and gzip.

use super::tally::Taken;
use crate::model::Uncounted;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use prost::Message;
use std::io::Read;

/// The largest request, unpacked. A collector's full batch (8,192 points) has about half of it.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// How a request is coded; its answer is coded the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Encoding {
    /// By a `Content-Type`, parameters aside. `None`: neither.
    pub fn of(content_type: &str) -> Option<Encoding> {
        match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" => Some(Encoding::Protobuf),
            "application/json" => Some(Encoding::Json),
            _ => None,
        }
    }

    /// The `Content-Type` of the answer.
    pub fn content_type(self) -> &'static str {
        match self {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        }
    }
}

/// What gzip packed. `Ok(None)`: more than [`MOST_BYTES`], of which no more was unpacked. Error: it is no gzip.
pub fn gunzip(bytes: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).take(MOST_BYTES as u64 + 1).read_to_end(&mut out)?;
    Ok((out.len() <= MOST_BYTES).then_some(out))
}

/// A request. Error: why the bytes are none, without quoting them.
pub fn decode(encoding: Encoding, bytes: &[u8]) -> Result<ExportMetricsServiceRequest, String> {
    match encoding {
        Encoding::Protobuf => ExportMetricsServiceRequest::decode(bytes)
            .map_err(|_| "the body is no ExportMetricsServiceRequest in protobuf".to_owned()),
        Encoding::Json => serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("the body is no ExportMetricsServiceRequest in JSON: line {line}, column {column}")
        }),
    }
}

/// The answer to a request that was taken, `partial_success` unset where all of it was.
pub fn done(encoding: Encoding, taken: &Taken) -> Vec<u8> {
    let why: Vec<&str> = taken.why.iter().copied().map(Uncounted::sentence).collect();
    let why = why.join("; ");
    match encoding {
        Encoding::Protobuf => {
            let partial =
                ExportMetricsPartialSuccess { rejected_data_points: taken.refused, error_message: why };
            let partial = (taken.refused > 0).then_some(partial);
            ExportMetricsServiceResponse { partial_success: partial }.encode_to_vec()
        }
        // 64-bit numbers are texts in protobuf's JSON.
        Encoding::Json if taken.refused > 0 => {
            let partial = serde_json::json!({
                "rejectedDataPoints": taken.refused.to_string(), "errorMessage": why,
            });
            serde_json::json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
        Encoding::Json => b"{}".to_vec(),
    }
}

/// The answer to a request that was not taken: a `google.rpc.Status`, whose fields are `code` (1) and `message` (2).
pub fn failed(encoding: Encoding, code: i32, message: &str) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => {
            let mut out = Vec::new();
            prost::encoding::int32::encode(1, &code, &mut out);
            prost::encoding::string::encode(2, &message.to_owned(), &mut out);
            out
        }
        Encoding::Json => serde_json::json!({ "code": code, "message": message }).to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = packed(&vec![0_u8; 200 * 1024 * 1024]);
        assert!(bomb.len() < MOST_BYTES, "{}", bomb.len());
        assert_eq!(gunzip(&bomb).unwrap(), None);
        assert_eq!(gunzip(&packed(b"x")).unwrap().as_deref(), Some(&b"x"[..]));
        assert_eq!(gunzip(&packed(&vec![1; MOST_BYTES])).unwrap().map(|out| out.len()), Some(MOST_BYTES));
        assert!(gunzip(b"no gzip").is_err());
        assert!(gunzip(&packed(b"cut short")[..12]).is_err());
    }

    /// By hand from the protobuf encoding: field 1 is a message, its field 1 a varint and its field 2 a text.
    #[test]
    fn answers_are_as_the_specification_says() {
        let whole = Taken::default();
        assert_eq!(done(Encoding::Protobuf, &whole), b"");
        assert_eq!(done(Encoding::Json, &whole), b"{}");
        let part = Taken { refused: 3, why: [Uncounted::Unit].into(), changed: false };
        let why = "costs were pushed that are not in USD, which are not counted";
        let mut wanted = vec![0x0a, why.len() as u8 + 4, 0x08, 3, 0x12, why.len() as u8];
        wanted.extend(why.as_bytes());
        assert_eq!(done(Encoding::Protobuf, &part), wanted);
        let json: serde_json::Value = serde_json::from_slice(&done(Encoding::Json, &part)).unwrap();
        let wanted = serde_json::json!({"partialSuccess": {"rejectedDataPoints": "3", "errorMessage": why}});
        assert_eq!(json, wanted);
        assert_eq!(failed(Encoding::Protobuf, 3, "no"), [0x08, 3, 0x12, 2, b'n', b'o']);
        assert_eq!(failed(Encoding::Json, 3, "no"), br#"{"code":3,"message":"no"}"#);
    }

    #[test]
    fn the_type_may_have_parameters() {
        assert_eq!(Encoding::of("Application/JSON; charset=utf-8"), Some(Encoding::Json));
        assert_eq!(Encoding::of("application/x-protobuf"), Some(Encoding::Protobuf));
        assert_eq!(Encoding::of("application/grpc"), None);
        assert_eq!(Encoding::of(""), None);
    }

    #[test]
    fn an_error_quotes_nothing() {
        let error = decode(Encoding::Json, br#"{"resourceMetrics": "EXAMPLE-secret"}"#).unwrap_err();
        assert!(error.contains("line 1") && !error.contains("EXAMPLE"), "{error}");
        assert!(decode(Encoding::Protobuf, b"\xff\xff").is_err());
        assert_eq!(decode(Encoding::Protobuf, b"").unwrap().resource_metrics.len(), 0);
        assert_eq!(decode(Encoding::Json, b"{\"a\": 1}").unwrap().resource_metrics.len(), 0);
    }
}
