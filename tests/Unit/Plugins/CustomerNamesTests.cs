using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Plugins.Customers;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Tools;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Names that several customers bear are told apart; names that one bears are not made ambiguous.</summary>
public sealed class CustomerNamesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task FindCustomer_AmbiguousName_FindsEveryOneAndAsks(int seed)
    {
        await using var lumen = await Lumen.StartAsync(seed: seed);
        foreach (var pair in lumen.Truth["ambiguous_names"]!.AsArray())
        {
            var found = await lumen.CallAsync("find_customer", ("query", (string)pair!["query"]!));

            var ids = found["matches"]!.AsArray().Select(m => m!["customer"]!.ToString()).ToList();
            pair["customers"]!.AsArray().Select(c => c!["customer"]!.ToString()).ShouldBeSubsetOf(ids, (string)pair["query"]!);
            found["note"]!.ToString().ShouldStartWith("Several fit");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task FindCustomer_NameOfOne_FindsExactlyThatOne(int seed)
    {
        await using var lumen = await Lumen.StartAsync(seed: seed);
        var reader = lumen.Get<StripeReaders>().For(new ToolScope(Lumen.Tenant, "support", Asker: null));
        var all = (await reader.CustomersAsync(null, default)).ShouldBeOfType<Outcome<Listing<Customer>>.Ok>().Value.Items;
        string[] lists = ["invoice_increases", "double_charges", "equal_charges", "failed_invoices", "healthy_customers"];
        var wrong = lists.SelectMany(list => lumen.Truth[list]!.AsArray()).Where(entry => !IsFound(entry!, all))
            .Select(entry => $"{entry!["customer_name"]}: {string.Join(", ", CustomerFinder.Rank((string)entry["customer_name"]!, all).Select(c => c.Name))}");

        wrong.ShouldBeEmpty();
    }

    private static bool IsFound(JsonNode entry, IReadOnlyList<Customer> all) =>
        CustomerFinder.Rank((string)entry["customer_name"]!, all).Select(c => c.Id).SequenceEqual([(string)entry["customer"]!]);
}
