using BillingCopilot.Storage;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

public sealed class StorageOptionsTests
{
    [Theory]
    [InlineData("mysql", "./x.db", null, "'sqlite' or 'postgres'")]
    [InlineData("postgres", "./x.db", " ", "Database:ConnectionString is missing")]
    [InlineData("sqlite", "", null, "Database:Path")]
    [InlineData("sqlite", ":memory:", null, "survive a restart")]
    [InlineData("sqlite", "./x.db", "Host=db", "Set Database:Provider to 'postgres'")]
    public void Validate_WhatCantWork_SaysWhatMay(string provider, string path, string? connection, string says) =>
        Should.Throw<StorageConfigurationException>(() => new StorageOptions { Provider = provider, Path = path, ConnectionString = connection }.Validate())
            .Message.ShouldContain(says);

    [Fact]
    public void NextId_FromFixedBytes_IsFixed()
    {
        new IdSource(_ => [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]).Next("prop").ShouldBe("prop_aaaaaaaaaaaaaaab");
        new IdSource(_ => [255, 255, 255, 255, 255, 255, 255, 255, 255, 255]).Next("t").ShouldBe("t_7777777777777777");
        new IdSource().Next("prop").ShouldNotBe(new IdSource().Next("prop"));
    }
}
