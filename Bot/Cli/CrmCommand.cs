using System.CommandLine;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>crm set cus_… [--owner] [--segment] [--tier]</c>: what the local CRM says of a customer. A vendor's CRM has its own.</summary>
internal static class CrmCommand
{
    private const int LongestWord = 60;

    public static Command Create(Dictionary<string, string?> given)
    {
        var customer = new Argument<string>("customer") { Description = "Stripe customer: cus_…" };
        var owner = new Option<string?>("--owner") { Description = "Colleague who looks after them." };
        var segment = new Option<string?>("--segment") { Description = "As queues of policy.yaml name it." };
        var tier = new Option<string?>("--tier") { Description = "As queues of policy.yaml name it." };
        var person = CliPerson.Option("olivia");
        var set = new Command("set", "Say owner, segment and tier of a customer; what is left out is empty.") { customer, owner, segment, tier, person };
        set.SetAction((parsed, stop) => SetAsync(
            SettingsLoader.Load(given), parsed, parsed.GetValue(person)!, parsed.GetValue(customer)!, parsed.GetValue(owner), parsed.GetValue(segment), parsed.GetValue(tier), stop));
        return new Command("crm", "Accounts of the local CRM.") { set }.OfTenant();
    }

    private static async Task<int> SetAsync(CopilotSettings settings, ParseResult parsed, string personId, string customer, string? owner, string? segment, string? tier, CancellationToken cancellationToken)
    {
        if (!customer.StartsWith("cus_", StringComparison.Ordinal))
        {
            throw new SettingsException($"customer: '{customer}' is no Stripe customer. Give a cus_… id.");
        }

        await using var host = await CopilotHost.StartAsync(settings, new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var on = host.For(parsed);
        var person = CliPerson.Find(on, personId, "crm");
        if (!person.Roles.Any(r => r is Roles.Operations or Roles.Admin))
        {
            throw new SettingsException($"--as {person.Id}: accounts are set by operations or an admin.");
        }

        var tenant = on.Tenant.Context;
        if (!(await host.Services.GetRequiredService<StripeReaders>().For(tenant).CustomerAsync(customer, cancellationToken)).TryGet(out _, out var refusal))
        {
            throw new SettingsException($"customer '{customer}': {refusal.Message} {refusal.Remedy}");
        }

        await using var db = host.Services.GetRequiredService<CopilotDbFactory>().Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        var row = await db.CrmAccounts.SingleOrDefaultAsync(a => a.CustomerId == customer, cancellationToken);
        if (row is null)
        {
            db.CrmAccounts.Add(row = new CrmAccountRow { TenantId = tenant.Id, CustomerId = customer });
        }

        (row.Owner, row.Segment, row.Tier) = (Word(owner), Word(segment), Word(tier));
        await db.SaveChangesAsync(cancellationToken);
        await host.Services.GetRequiredService<AuditLog>().AppendAsync(db, new AuditEntry("crm.account_set", person.Id, customer, []), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Console.WriteLine($"{customer}: owner {row.Owner ?? "-"}, segment {row.Segment ?? "-"}, tier {row.Tier ?? "-"}.");
        return CommandLine.Done;
    }

    private static string? Word(string? text) => PlainText.Clean(text, LongestWord) is { Length: > 0 } word ? word : null;
}
