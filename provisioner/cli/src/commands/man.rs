use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::arguments::{Arguments, ManArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, arguments: &ManArguments) -> Result<Exit, Error> {
    let mut command = Arguments::command();
    command.build();
    let Some(folder) = &arguments.dir else {
        program.terminal.data(one_page(&command)?)?;
        return Ok(Exit::Done);
    };
    let failed = |source| Error::WriteManual { path: folder.clone(), source };
    fs_err::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(command, folder).map_err(failed)?;
    Ok(Exit::Done)
}

/// The whole program in one page: the page of the program, then a section for each command.
fn one_page(command: &Command) -> Result<String, Error> {
    let mut text = page(command)?;
    add_commands(command, &mut text)?;
    Ok(text)
}

fn add_commands(command: &Command, text: &mut String) -> Result<(), Error> {
    for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
        let name = child.get_bin_name().unwrap_or(child.get_name()).to_uppercase();
        text.extend([".SH \"", name.as_str(), "\"\n"]);
        text.push_str(&as_section(&page(&without_global_options(child))?));
        add_commands(child, text)?;
    }
    Ok(())
}

/// They stand at the beginning of the page.
fn without_global_options(command: &Command) -> Command {
    command.clone().mut_args(|argument| {
        let hidden = argument.is_global_set() || argument.is_hide_set();
        argument.hide(hidden)
    })
}

fn page(command: &Command) -> Result<String, Error> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(with_examples(&String::from_utf8_lossy(&page)))
}

/// What follows the options in the help are examples, to be shown line by line.
fn with_examples(page: &str) -> String {
    match page.split_once(".SH EXTRA\n") {
        None => page.to_owned(),
        Some((before, extra)) => {
            let end = extra.find(".SH ").unwrap_or(extra.len());
            let (examples, after) = extra.split_at(end);
            format!("{before}.SH EXAMPLES\n.nf\n{examples}.fi\n{after}")
        }
    }
}

/// A page as a section of another: its sections become subsections, and its title goes.
fn as_section(page: &str) -> String {
    let lines = page.lines().skip_while(|line| !line.starts_with(".SH"));
    let lines: Vec<_> = lines.map(|line| line.replacen(".SH ", ".SS ", 1)).collect();
    lines.join("\n") + "\n"
}
