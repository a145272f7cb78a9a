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
    [InlineData("-created>0", "")]
    [InlineData("name~\"one\" AND -metadata[\"tier\"]:null", "Ada One")]
    [InlineData("name:'Dee \\'D\\' Three'", "")]
    [InlineData("metadata['tier']:'gold' OR name~'bob'", "Ada One,Bob One,Cy Two")]
    [InlineData("phone:NULL", "Bob One,Cy Two")]
    [InlineData("email:'ADA@one.test'", "Ada One")]
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
    [InlineData("created>soon")]
    [InlineData("name:ada")]
    [InlineData("name>'a'")]
    [InlineData("created~'177'")]
    [InlineData("metadata['tier']~'gol'")]
    [InlineData("metadata:'gold'")]
    [InlineData("name['tier']:'gold'")]
    [InlineData("(name:'a')")]
    [InlineData("name:'a' AND")]
    [InlineData("created>1 AND created>2 AND created>3 AND created>4 AND created>5 AND created>6 AND created>7 AND created>8 AND created>9 AND created>10 AND created>11")]
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

    [Theory]
    [InlineData("amount>=100 AND amount<=4200 AND currency:'usd' AND disputed:'false' AND refunded:'false'", 2)]
    [InlineData("payment_method_details.card.brand:'visa' AND payment_method_details.card.exp_month:12", null)]
    [InlineData("payment_method_details.card.brand:'visa' AND payment_method_details.card.exp_month:'12'", 2)]
    [InlineData("payment_method_details.card.last4~'424'", null)]
    [InlineData("status:'succeeded' OR status:'failed'", 2)]
    [InlineData("-status:'succeeded'", 0)]
    [InlineData("amount:4200", 1)]
    [InlineData("amount=4200", 1)]
    [InlineData("currency:'USD'", 2)]
    public async Task SearchCharges_ByEachKindOfField_FindsThemOrIsRefused(string query, int? found)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ChargeAsync(4200);
        await sandbox.ChargeAsync(100);

        var search = () => sandbox.Admin.V1.Charges.SearchAsync(new ChargeSearchOptions { Query = query });

        if (found is null)
        {
            (await Should.ThrowAsync<StripeException>(search)).StripeError.Param.ShouldBe("query");
            return;
        }

        (await search()).Data.Count.ShouldBe(found.Value);
    }

    [Fact]
    public async Task Search_OfSubscriptionsAndInvoicesByMetadata_FindsThem()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.PaidInvoiceAsync(4200);
        var api = sandbox.Admin.V1;
        await api.Subscriptions.UpdateAsync(invoice.Parent.SubscriptionDetails.SubscriptionId, new SubscriptionUpdateOptions { Metadata = new() { ["team"] = "red 'one'" } });
        await api.Invoices.UpdateAsync(invoice.Id, new InvoiceUpdateOptions { Metadata = new() { ["po"] = "7" } });

        (await api.Subscriptions.SearchAsync(new SubscriptionSearchOptions { Query = "metadata['team']:'red \\'one\\'' AND status:'active' AND canceled_at:null" })).Data.Count.ShouldBe(1);
        (await api.Invoices.SearchAsync(new InvoiceSearchOptions { Query = $"metadata['po']:'7' AND number:'{invoice.Number}' AND subscription:'{invoice.Parent.SubscriptionDetails.SubscriptionId}' AND total>4199" })).Data.Count.ShouldBe(1);
        (await api.Invoices.SearchAsync(new InvoiceSearchOptions { Query = "-metadata['po']:'7'" })).Data.ShouldBeEmpty();
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
