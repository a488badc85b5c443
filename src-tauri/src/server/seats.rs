//! How many connections there may be at once, in all and from one address: slow clients cannot use up the server.

use super::limit::network;
use axum_server::accept::Accept;
use std::collections::HashMap;
use std::io::{Error, ErrorKind, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Connections in all; a further one is closed at once.
const IN_ALL: usize = 512;
/// Connections from one address. A browser's window has up to seven.
const FROM_ONE: usize = 128;

/// The connections there are, by address.
#[derive(Clone, Default)]
pub(super) struct Seats {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection with its seat, which is free again when it ends.
pub(super) struct Seated {
    stream: TcpStream,
    from: IpAddr,
    seats: Seats,
}

impl Seats {
    fn take(&self, from: IpAddr) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free =
            taken.values().sum::<usize>() < IN_ALL && taken.get(&from).copied().unwrap_or(0) < FROM_ONE;
        if free {
            *taken.entry(from).or_default() += 1;
        }
        free
    }

    fn leave(&self, from: IpAddr) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&from) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&from);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Seats {
    type Stream = Seated;
    type Service = S;
    type Future = std::future::Ready<std::io::Result<(Seated, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let seated = stream.set_nodelay(true).and_then(|()| stream.peer_addr()).and_then(|peer| {
            let from = network(peer.ip());
            if self.take(from) {
                Ok((Seated { stream, from, seats: self.clone() }, service))
            } else {
                Err(Error::new(ErrorKind::ConnectionRefused, "too many connections"))
            }
        });
        std::future::ready(seated)
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.seats.leave(self.from);
    }
}

impl AsyncRead for Seated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Seated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
