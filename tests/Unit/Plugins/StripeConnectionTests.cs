using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class StripeConnectionTests
{
    [Theory]
    [InlineData("sk_test_1234", "rk_test_write", "Stripe:ReadKey is an sk_ key. Only restricted keys are taken")]
    [InlineData("rk_test_read", "sk_live_1234", "Stripe:WriteKey is an sk_ key. Only restricted keys are taken")]
    [InlineData("pk_test_1234", null, "Stripe:ReadKey must be a restricted key")]
    [InlineData("", null, "Stripe:ReadKey must be a restricted key")]
    [InlineData("rk_test_same", "rk_test_same", "Stripe:WriteKey is also used for reading")]
    public void Create_UnfitKey_IsRefusedWithoutShowingIt(string read, string? write, string reason)
    {
        var message = Should.Throw<ArgumentException>(() => new StripeConnection(StripeConnection.StripeAddress, read, write)).Message;
        message.ShouldStartWith(reason);
        message.ShouldNotContain("1234");
    }

    [Fact]
    public void Create_UnfitKeyOfAnAgent_NamesTheSetting() =>
        Should.Throw<ArgumentException>(() => new StripeConnection(
                StripeConnection.StripeAddress, "rk_test_a", null, new Dictionary<string, string> { ["support"] = "sk_test_b" }))
            .Message.ShouldStartWith("Stripe:Keys:support is an sk_ key.");

    [Theory]
    [InlineData("http://stripe.example")]
    [InlineData("http://10.0.0.1")]
    public void Create_PlainHttpElsewhere_IsRefused(string address) =>
        Should.Throw<ArgumentException>(() => new StripeConnection(new Uri(address), "rk_test_a")).Message.ShouldStartWith("Stripe:ApiBase");

    [Fact]
    public void For_KeysOfTheOtherMode_Throws()
    {
        var connections = new StripeConnections().Set("default", new StripeConnection(StripeConnection.StripeAddress, "rk_live_a"));
        Should.Throw<InvalidOperationException>(() => connections.For(new TenantContext("default", "acct_1", false))).Message.ShouldContain("live");
        Should.Throw<InvalidOperationException>(() => connections.For(new TenantContext("other", "acct_1", false))).Message.ShouldContain("'other'");
    }
}
