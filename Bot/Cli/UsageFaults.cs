using System.CommandLine;
using System.CommandLine.Parsing;

namespace BillingCopilot.Bot.Cli;

/// <summary>Says what is wrong with a command line: which part, the fault, the remedy.</summary>
internal static class UsageFaults
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var token in parsed.UnmatchedTokens)
        {
            yield return Unmatched(token, command);
        }

        foreach (var error in parsed.Errors.Where(e => !parsed.UnmatchedTokens.Any(t => e.Message.Contains($"'{t}'", StringComparison.Ordinal))))
        {
            yield return Named(error, command);
        }
    }

    private static string Unmatched(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            var options = command.Options.Select(o => o.Name).Order(StringComparer.Ordinal);
            return $"{token} is not an option of {Name(command)}. Its options: {string.Join(", ", options)}. A setting is written --Section:Key VALUE (docs/settings.md).";
        }

        return command.Subcommands.Count > 0
            ? $"'{token}' is not a command. Commands: {Subcommands(command)}."
            : $"'{token}' is more than {Name(command)} takes. Put words that belong together into quotes: \"… {token} …\".";
    }

    private static string Named(ParseError error, Command command)
    {
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (option is not null)
        {
            return option.Tokens is [var given, ..]
                ? $"{option.Option.Name} is '{given.Value}'; it must be {Form(option.Option.ValueType)}."
                : $"{option.Option.Name} has no value. Write {option.Option.Name} VALUE: {option.Option.Description}";
        }

        if (command.Subcommands.Count > 0)
        {
            return $"{Name(command)} needs to know what to do: {Subcommands(command)}.";
        }

        var missing = command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0);
        return missing is null ? error.Message : $"{Name(command)} needs {missing.Name}: {missing.Description}";
    }

    private static string Name(Command command) => command is RootCommand ? "the server" : command.Name;

    private static string Subcommands(Command command) => string.Join(", ", command.Subcommands.Select(c => c.Name));

    private static string Form(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(int) => "a whole number",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(FileInfo) => "the path of a file",
        _ => "a single text; put it into quotes",
    };
}
