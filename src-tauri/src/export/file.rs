//! Where an export is written: a file that appears whole or not at all, or a pipe.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why a file could not be written. Nothing is left of it; what stood under its name still does.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {why}", file.display())]
pub struct OutError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub why: io::Error,
}

/// A file in the making.
pub struct Out {
    to: PathBuf,
    /// Where it is written until it is whole; `None`: `to` is a pipe or a device.
    part: Option<PathBuf>,
    file: Option<BufWriter<File>>,
}

impl Out {
    /// Begins a file beside the one that it will be. A pipe or a device is written to as it is.
    ///
    /// # Errors
    /// When there can be no file.
    pub fn begin(to: &Path) -> Result<Out, OutError> {
        let failed = |why| OutError { file: to.to_owned(), why };
        // A link is followed, so that it stays one.
        let target = if to.exists() { to.canonicalize().map_err(failed)? } else { to.to_owned() };
        if target.exists() && !target.is_file() && !target.is_dir() {
            let file = OpenOptions::new().write(true).open(&target).map_err(failed)?;
            return Ok(Out { to: target, part: None, file: Some(BufWriter::new(file)) });
        }
        let Some(name) = target.file_name().filter(|_| !target.is_dir()) else {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        };
        let part = target.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        let file = File::create(&part).map_err(failed)?;
        Ok(Out { to: target, part: Some(part), file: Some(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// What it is written to.
    pub fn writer(&mut self) -> impl Write + Send + '_ {
        Part(self.file.as_mut())
    }

    /// It is whole: it gets its name.
    ///
    /// # Errors
    /// When the disk is full, or the name cannot be given.
    pub fn finish(mut self) -> Result<(), OutError> {
        let failed = |to: &Path, why| OutError { file: to.to_owned(), why };
        let to = self.to.clone();
        let Some(file) = self.file.take() else { return Ok(()) };
        let file = file.into_inner().map_err(|error| failed(&to, error.into_error()))?;
        if let Some(part) = self.part.take() {
            let named = file.sync_all().and_then(|()| std::fs::rename(&part, &to));
            if named.is_err() {
                self.part = Some(part);
            }
            named.map_err(|why| failed(&to, why))?;
        }
        Ok(())
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        // Not finished: nobody shall take it for whole.
        if let Some(part) = self.part.take() {
            if let Some(file) = self.file.take() {
                // Without a last try to write what waits.
                drop(file.into_parts());
            }
            let _ = std::fs::remove_file(part);
        }
    }
}

struct Part<'a>(Option<&'a mut BufWriter<File>>);

impl Write for Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), |file| file.flush())
    }
}
