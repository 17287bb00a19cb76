//! A load balancer: each connection goes to the next server that takes it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};

/// Listens on a free port and passes connections on; gives its address. It ends with the test's runtime.
pub(crate) async fn balance(servers: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (servers, turn) = (Arc::new(servers), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (servers, turn) = (servers.clone(), turn.clone());
            tokio::spawn(async move {
                for _ in 0..servers.len() {
                    let next = servers[turn.fetch_add(1, Ordering::Relaxed) % servers.len()];
                    if let Ok(mut server) = TcpStream::connect(next).await {
                        let _ended = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    address
}
