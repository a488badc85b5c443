//! The X display as a window manager sees it.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

pub(crate) struct Display {
    x: RustConnection,
    root: Window,
}

impl Display {
    pub(crate) fn open() -> Display {
        let (x, screen) = x11rb::connect(None).expect("scripts/window-test starts a display");
        let root = x.setup().roots[screen].root;
        Display { x, root }
    }

    /// The visible top-level window whose title ends with the program's name, whatever page it is at.
    pub(crate) fn any(&self) -> Option<Window> {
        let tree = self.x.query_tree(self.root).ok()?.reply().ok()?;
        tree.children.into_iter().find(|window| {
            self.title(*window).is_some_and(|title| title.ends_with(b"Tollwatch")) && self.is_visible(*window)
        })
    }

    /// The visible top-level window with this title.
    pub(crate) fn window(&self, title: &str) -> Option<Window> {
        let tree = self.x.query_tree(self.root).ok()?.reply().ok()?;
        tree.children.into_iter().find(|window| {
            self.title(*window).as_deref() == Some(title.as_bytes()) && self.is_visible(*window)
        })
    }

    /// Presses the close button: what a window manager sends for it.
    pub(crate) fn press_close(&self, window: Window) {
        let atom = |name: &str| {
            let cookie = self.x.intern_atom(false, name.as_bytes()).expect("a display that answers");
            cookie.reply().expect("an atom").atom
        };
        let data = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
        self.x.send_event(false, window, EventMask::NO_EVENT, message).expect("a display that answers");
        self.x.flush().expect("a display that answers");
    }

    /// Width and height.
    pub(crate) fn size(&self, window: Window) -> (u16, u16) {
        let cookie = self.x.get_geometry(window).expect("a display that answers");
        cookie.reply().map_or((0, 0), |shape| (shape.width, shape.height))
    }

    /// Drags its corner.
    pub(crate) fn resize(&self, window: Window, width: u32, height: u32) {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.x.configure_window(window, &size).expect("a display that answers");
        self.x.flush().expect("a display that answers");
    }

    fn title(&self, window: Window) -> Option<Vec<u8>> {
        let cookie = self.x.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64).ok()?;
        Some(cookie.reply().ok()?.value)
    }

    fn is_visible(&self, window: Window) -> bool {
        let attributes = self.x.get_window_attributes(window).ok().and_then(|cookie| cookie.reply().ok());
        attributes.is_some_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }
}
