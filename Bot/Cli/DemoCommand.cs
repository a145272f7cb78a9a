using System.CommandLine;
using BillingCopilot.Bot.Cli.Demo;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>demo</c>: the whole story in the terminal, against a sandbox of its own.</summary>
internal static class DemoCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var command = new Command("demo", "Ask, propose, confirm, execute: the whole story against a sandbox of its own.");
        command.SetAction((_, stop) => DemoStory.RunAsync(SettingsLoader.Load(given), stop));
        return command;
    }
}
