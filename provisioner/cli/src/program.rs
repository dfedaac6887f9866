//! From the command line to the exit code.

use std::future::Future;
use std::io;

use clap::Parser as _;

use crate::arguments::{Arguments, GlobalArguments};
use crate::commands;
use crate::environment::Environment;
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::render;
use crate::terminal::Terminal;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) options: GlobalArguments,
    pub(crate) environment: Environment,
    pub(crate) terminal: Terminal,
}

pub(crate) fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version are no errors, but come this way too.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let environment = Environment::read();
    let terminal = Terminal::new(&arguments.global, &environment);
    logging::start(arguments.global.verbose, terminal.palette.is_colored());
    let program = Program { options: arguments.global, environment, terminal };
    match commands::run(&program, arguments.command) {
        Ok(exit) => exit,
        // Whoever read the output has seen enough.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            render::error(&program.terminal, &error);
            error.exit()
        }
    }
}

/// Carries out what waits for the world.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?
        .block_on(future)
}
