using BillingCopilot.Bot.Cli;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.CliTests;

public sealed class UsageFaultsTests
{
    [Theory]
    [InlineData("ask needs question", "ask")]
    [InlineData("--as has no value", "ask", "hi", "--as")]
    [InlineData("--bogus is not an option of ask. Its options: --as, --conversation, --json", "ask", "hi", "--bogus")]
    [InlineData("'there' is more than ask takes", "ask", "hi", "there")]
    [InlineData("'frobnicate' is not a command. Commands: ask, ", "frobnicate")]
    [InlineData("--repeat is 'abc'; it must be a whole number", "eval", "x.yaml", "--repeat", "abc")]
    [InlineData("audit needs to know what to do: verify, export", "audit")]
    [InlineData("Tasks:LeaseSeconds is 'abc'; it must be a whole number", "doctor", "--Tasks:LeaseSeconds", "abc")]
    [InlineData("Database:Bogus is not a setting. Here are: Provider, Path, ConnectionString", "doctor", "--Database:Bogus", "1")]
    [InlineData("Urls 'abc' is not an address", "doctor", "--Urls", "abc")]
    public async Task RunAsync_WrongUse_NamesThePartTheFaultAndTheRemedy(string expected, params string[] arguments)
    {
        using var written = new StringWriter();
        var before = Console.Error;
        Console.SetError(written);
        try
        {
            (await CommandLine.RunAsync(arguments)).ShouldBe(CommandLine.Usage);
        }
        finally
        {
            Console.SetError(before);
        }

        written.ToString().ShouldStartWith(expected);
        written.ToString().ShouldNotContain("System.");
        written.ToString().ShouldNotContain("   at ");
    }
}
