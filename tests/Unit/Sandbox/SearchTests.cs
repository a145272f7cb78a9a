using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Stripe's query language over customers, invoices, subscriptions and charges.</summary>
public sealed class SearchTests
{
    [Theory]
    [InlineData("email:'ada@one.test'", "Ada One")]
    [InlineData("name:'ada one'", "Ada One")]
    [InlineData("name~'one'", "Ada One,Bob One")]
    [InlineData("name~'one' AND -email:'ada@one.test'", "Bob One")]
    [InlineData("name~'one' -email:'ada@one.test'", "Bob One")]
    [InlineData("email:'ada@one.test' OR email:'cy@two.test'", "Ada One,Cy Two")]
    [InlineData("metadata['tier']:'gold'", "Ada One,Cy Two")]
    [InlineData("metadata[\"tier\"]:\"gold\" AND name~\"two\"", "Cy Two")]
    [InlineData("-metadata['tier']:null", "Ada One,Cy Two")]
    [InlineData("metadata['tier']:null", "Bob One")]
    [InlineData("phone:null", "Bob One,Cy Two")]
    [InlineData("created>0", "Ada One,Bob One,Cy Two")]
    [InlineData("created<=0", "")]
    public async Task SearchCustomers_ByQuery_FindsThem(string query, string names)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await CustomersAsync(sandbox);

        var found = await sandbox.Admin.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = query });

        string.Join(',', found.Data.Select(c => c.Name).Order()).ShouldBe(names);
    }

    [Theory]
    [InlineData("colour:'red'")]
    [InlineData("name~'on'")]
    [InlineData("name:")]
    [InlineData("name:'a' AND email:'b' OR phone:'c'")]
    [InlineData("created>'soon'")]
    public async Task SearchCustomers_QueryNobodyCanRead_IsRefused(string query)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await CustomersAsync(sandbox);

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = query }));

        (error.HttpStatusCode, error.StripeError.Param).ShouldBe((System.Net.HttpStatusCode.BadRequest, "query"));
    }

    [Fact]
    public async Task Search_MoreThanAPage_GoesOnByItsToken()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await CustomersAsync(sandbox);
        var options = new CustomerSearchOptions { Query = "created>0", Limit = 2, Expand = ["total_count"] };

        var first = await sandbox.Admin.V1.Customers.SearchAsync(options);
        options.Page = first.NextPage;
        var second = await sandbox.Admin.V1.Customers.SearchAsync(options);

        (first.HasMore, first.Data.Count, first.TotalCount).ShouldBe((true, 2, 3L));
        (second.HasMore, second.Data.Count, second.NextPage).ShouldBe((false, 1, null));
        first.Data.Concat(second.Data).Select(c => c.Id).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task SearchMoney_ByAmountAndState_FindsIt()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.PaidInvoiceAsync(4200);
        await sandbox.OpenInvoiceAsync(100);
        var api = sandbox.Admin.V1;

        var invoices = await api.Invoices.SearchAsync(new InvoiceSearchOptions { Query = $"total>=4200 AND status:'paid' AND customer:'{invoice.CustomerId}'" });
        var subscriptions = await api.Subscriptions.SearchAsync(new SubscriptionSearchOptions { Query = "status:'active'" });
        var charges = await api.Charges.SearchAsync(new ChargeSearchOptions { Query = "amount<5000 AND refunded:'false' AND payment_method_details.card.last4:'4242'" });
        var none = await api.Charges.SearchAsync(new ChargeSearchOptions { Query = "amount>5000 OR status:'failed'" });

        invoices.Data.Single().Id.ShouldBe(invoice.Id);
        subscriptions.Data.Single().Id.ShouldBe(invoice.Parent.SubscriptionDetails.SubscriptionId);
        charges.Data.Single().Amount.ShouldBe(4200);
        none.Data.ShouldBeEmpty();
    }

    private static async Task CustomersAsync(SandboxFixture sandbox)
    {
        foreach (var (name, email, tier, phone) in ((string, string, string?, string?)[])
            [("Ada One", "ada@one.test", "gold", "+1555"), ("Bob One", "bob@one.test", null, null), ("Cy Two", "cy@two.test", "gold", null)])
        {
            await sandbox.Admin.V1.Customers.CreateAsync(new CustomerCreateOptions
            {
                Name = name,
                Email = email,
                Phone = phone,
                Metadata = tier is null ? null : new() { ["tier"] = tier },
            });
        }
    }
}
