//! The simulated phone network's account: it exists on this machine only.

use secrecy::SecretString;
use std::io::Write;
use std::path::Path;

/// The account of the simulated phone network.
pub const SIMULATOR_ACCOUNT_SID: &str = "AC00000000000000000000000000000000";

/// The token that the simulated network and the server share: drawn once for a data folder and kept there,
/// readable by its owner alone. There is no token that everybody knows.
pub fn simulator_token(data: &Path) -> std::io::Result<SecretString> {
    std::fs::create_dir_all(data)?;
    let path = data.join("simulator-token");
    if let Ok(token) = std::fs::read_to_string(&path)
        && !token.trim().is_empty()
    {
        return Ok(SecretString::from(token.trim().to_owned()));
    }
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?.write_all(token.as_bytes())?;
    Ok(SecretString::from(token))
}
