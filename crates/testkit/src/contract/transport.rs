//! The contract of [`nightdesk_ports::HttpTransport`], as far as answers that come bit by bit go.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use crate::transport::ANSWER_BYTES_MAX;
use bytes::Bytes;
use http::Request;
use nightdesk_ports::{HttpTransport, Pieces, TransportError};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longer than any test waits.
const LONG: Duration = Duration::from_secs(60);
/// Too short for what never comes.
const SHORT: Duration = Duration::from_millis(100);
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// Somebody who answers by hand, and a request to them.
async fn service() -> (TcpListener, Request<Bytes>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let uri = format!("http://{}/stream", listener.local_addr().unwrap());
    (listener, Request::post(uri).body(Bytes::from_static(b"question")).unwrap())
}

/// Takes a connection and reads the request on it to its end.
async fn taken(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"question") {
        assert!(stream.read_buf(&mut request).await.unwrap() > 0, "the request is cut off");
    }
    stream
}

/// Opens a stream of which the head has come, and the connection it comes on.
async fn opened(transport: &Arc<dyn HttpTransport>) -> (TcpStream, Box<dyn Pieces>) {
    let (listener, request) = service().await;
    let answers = async {
        let mut stream = taken(&listener).await;
        stream.write_all(HEAD).await.unwrap();
        stream
    };
    let (stream, answer) = tokio::join!(answers, transport.open(request, LONG));
    let (head, pieces) = answer.unwrap().into_parts();
    assert_eq!(head.status, 200);
    (stream, pieces)
}

pub async fn pieces_come_while_the_answer_is_still_being_written(transport: Arc<dyn HttpTransport>) {
    let (mut stream, mut pieces) = opened(&transport).await;
    stream.write_all(b"5\r\nfirst\r\n").await.unwrap();
    assert_eq!(pieces.next(LONG).await.unwrap().unwrap(), "first");
    stream.write_all(b"6\r\nsecond\r\n").await.unwrap();
    assert_eq!(pieces.next(LONG).await.unwrap().unwrap(), "second");
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(pieces.next(LONG).await, Ok(None));
}

pub async fn a_head_that_does_not_come_is_no_answer(transport: Arc<dyn HttpTransport>) {
    let (listener, request) = service().await;
    let begun = Instant::now();
    let (_stream, answer) = tokio::join!(taken(&listener), transport.open(request, SHORT * 5));
    assert_eq!(answer.err(), Some(TransportError::NoAnswer));
    assert!(begun.elapsed() < LONG / 2);
}

pub async fn a_piece_that_does_not_come_is_no_answer(transport: Arc<dyn HttpTransport>) {
    let (_stream, mut pieces) = opened(&transport).await;
    let begun = Instant::now();
    assert_eq!(pieces.next(SHORT).await, Err(TransportError::NoAnswer));
    assert!(begun.elapsed() < LONG / 2);
}

pub async fn a_stream_that_breaks_is_no_answer(transport: Arc<dyn HttpTransport>) {
    let (mut stream, mut pieces) = opened(&transport).await;
    stream.write_all(b"5\r\nfirst\r\n").await.unwrap();
    drop(stream);
    assert_eq!(pieces.next(LONG).await.unwrap().unwrap(), "first");
    assert_eq!(pieces.next(LONG).await, Err(TransportError::NoAnswer));
}

pub async fn an_endless_stream_is_bounded(transport: Arc<dyn HttpTransport>) {
    let (mut stream, mut pieces) = opened(&transport).await;
    let writes = tokio::spawn(async move {
        let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    });
    let mut bytes = 0;
    let end = loop {
        match pieces.next(LONG).await {
            Ok(Some(piece)) => bytes += piece.len(),
            end => break end,
        }
    };
    assert_eq!(end, Err(TransportError::NoAnswer));
    assert!(bytes <= ANSWER_BYTES_MAX, "{bytes} bytes");
    drop(pieces);
    writes.await.unwrap();
}

pub async fn dropping_the_pieces_ends_the_exchange(transport: Arc<dyn HttpTransport>) {
    let (mut stream, pieces) = opened(&transport).await;
    drop(pieces);
    // The end of the connection, or its reset.
    let end = tokio::time::timeout(LONG, stream.read(&mut [0; 1])).await.unwrap();
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

pub async fn nobody_there_is_not_sent(transport: Arc<dyn HttpTransport>) {
    let (listener, request) = service().await;
    drop(listener);
    assert_eq!(transport.open(request, LONG).await.err(), Some(TransportError::NotSent));
}

pub async fn the_status_of_an_error_comes_with_its_body(transport: Arc<dyn HttpTransport>) {
    let (listener, request) = service().await;
    let answers = async {
        let mut stream = taken(&listener).await;
        let error = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nlate";
        stream.write_all(error).await.unwrap();
        stream
    };
    let (_stream, answer) = tokio::join!(answers, transport.open(request, LONG));
    let (head, mut pieces) = answer.unwrap().into_parts();
    assert_eq!((head.status.as_u16(), &head.headers["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(pieces.next(LONG).await.unwrap().unwrap(), "late");
    assert_eq!(pieces.next(LONG).await, Ok(None));
}
