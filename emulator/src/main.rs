//! Serves an empty DynamoDB on a free loopback port, tells the port on its first line, and forgets all when it ends.
//!
//! It ends when its standard input does: whoever started it and was killed leaves nothing running.

use std::io::Read;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = dynoxide::Database::memory()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    // On a thread of its own: a read of the standard input cannot be cancelled.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    dynoxide::server::serve_on(listener, store).await;
    Ok(())
}
