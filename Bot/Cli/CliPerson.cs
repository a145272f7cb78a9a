using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Bot.Cli;

/// <summary>Who acts on the command line.</summary>
internal static class CliPerson
{
    public static Option<string> Option(string usual) =>
        new("--as") { Description = "Who acts: an id of people.yaml.", DefaultValueFactory = _ => usual };

    /// <exception cref="SettingsException">Nobody is known by that id, or the token is missing.</exception>
    public static Person Find(CliHost host, string id, string verb)
    {
        var people = host.Services.GetRequiredService<PeopleDirectory>();
        var person = people.Find(id)
            ?? throw new SettingsException($"--as '{id}' is not in people.yaml. Known: {string.Join(", ", people.All.Select(p => p.Id))}.");
        RequireToken(host.Tenant, person, verb);
        return person;
    }

    /// <summary>With a real key, saying who one is does not make it so: the person's own token is needed.</summary>
    public static void RequireToken(Tenant tenant, Person person, string verb)
    {
        const string variable = "BILLINGCOPILOT_TOKEN";
        var token = Environment.GetEnvironmentVariable(variable) ?? "";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (!tenant.IsSandbox && (!tenant.Auth.Tokens.TryGetValue(person.Id, out var expected) || !string.Equals(expected, hash, StringComparison.OrdinalIgnoreCase)))
        {
            throw new SettingsException($"With a key that is not the sandbox's, {verb} needs the token of {person.Id}: put it into {variable}, and its SHA-256 into Auth:Tokens:{person.Id}.");
        }
    }
}
