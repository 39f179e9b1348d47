//! Windows: the console that a command line is read in.
//!
//! A release build is a program of the window subsystem, so that a double click opens no console window. Such a program is not
//! connected to the console that it was started from either: nothing that `imago scan` prints would be seen. So it
//! connects itself to that console, if there is one, before anything is printed. Standard streams that were given to it, a
//! file or a pipe, stay as they were.
//!
//! What remains different from Linux: the command prompt and PowerShell don't wait for a program of the window subsystem
//! unless its output goes into a pipe or a file, or `start /wait` starts it.

use std::fs::OpenOptions;
use std::os::windows::io::IntoRawHandle;

use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, GetStdHandle, STD_ERROR_HANDLE, STD_HANDLE, STD_INPUT_HANDLE,
    STD_OUTPUT_HANDLE, SetStdHandle,
};

const STREAMS: [(STD_HANDLE, &str); 3] =
    [(STD_INPUT_HANDLE, "CONIN$"), (STD_OUTPUT_HANDLE, "CONOUT$"), (STD_ERROR_HANDLE, "CONOUT$")];

/// Connects standard input, output and error with the console of whatever started this program, where they lead nowhere.
/// Does nothing without such a console, or where the program has one already (a debug build).
pub(super) fn attach() {
    let given = STREAMS.map(|(stream, _)| handle(stream));
    // SAFETY: takes a number, touches nothing of ours; 0 says that there is no console or that we have one.
    if unsafe { AttachConsole(ATTACH_PARENT_PROCESS) } == 0 {
        return;
    }
    for ((stream, device), given) in STREAMS.into_iter().zip(given) {
        let wanted = match given {
            Some(given) => given,
            // Some versions of Windows have connected the stream by now.
            None if handle(stream).is_some() => continue,
            None => match OpenOptions::new().read(true).write(true).open(device) {
                // Never closed: it is a standard stream from now on.
                Ok(console) => console.into_raw_handle() as HANDLE,
                Err(_) => continue,
            },
        };
        // SAFETY: `wanted` is an open handle that nothing else closes.
        unsafe { SetStdHandle(stream, wanted) };
    }
}

/// Where a stream leads; `None` if nowhere.
fn handle(stream: STD_HANDLE) -> Option<HANDLE> {
    // SAFETY: only reads a value that the process keeps.
    let handle = unsafe { GetStdHandle(stream) };
    (!handle.is_null() && handle != INVALID_HANDLE_VALUE).then_some(handle)
}
