"""People in running text: sentences, news, founders, Chinese and Japanese."""
